import { Logger } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { RefusedRequests } from '../../../src/infrastructure/observability/refused-requests';

describe('refused requests', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('are logged in one line per second, with their number by reason, and not while there are none', async () => {
    const lines = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const registry = new Registry();
    const counter = new Counter({ name: 'refused', help: '-', labelNames: ['reason'], registers: [registry] });
    const refused = new RefusedRequests(counter);
    const logged = () => lines.mock.calls.splice(0).map(([fields]) => fields as unknown);
    refused.count('exports');
    refused.count('in_progress');
    refused.count('in_progress');
    expect(logged()).toEqual([]);
    jest.advanceTimersByTime(1000);
    expect(logged()).toEqual([{ refused: { exports: 1, in_progress: 2 } }]);
    jest.advanceTimersByTime(5000);
    expect(logged()).toEqual([]);
    refused.count('exports');
    jest.advanceTimersByTime(1000);
    expect(logged()).toEqual([{ refused: { exports: 1 } }]);
    expect(await registry.metrics()).toContain('refused{reason="exports"} 2');
    lines.mockRestore();
  });
});
