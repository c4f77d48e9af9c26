import { Logger } from '@nestjs/common';
import type { Configuration } from '../../../src/infrastructure/config/configuration';
import { LoggingEventTransport } from '../../../src/infrastructure/messaging/logging-event-transport';
import { aConfiguration } from '../../support/configuration';

describe('the transport of events that only logs them', () => {
  const warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  afterEach(() => warnings.mockClear());

  it.each<[Configuration['environment'], boolean, number]>([
    ['production', true, 1],
    ['production', false, 0],
    ['development', true, 0],
  ])('says in %s with the relay %s that events are deleted (%i line)', (environment, relay, lines) => {
    const { outbox } = aConfiguration();
    new LoggingEventTransport({ environment, outbox: { ...outbox, relay } }).onApplicationBootstrap();
    expect(warnings).toHaveBeenCalledTimes(lines);
  });
});
