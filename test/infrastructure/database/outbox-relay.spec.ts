import { Logger } from '@nestjs/common';
import { OutboxRelay } from '../../../src/infrastructure/database/outbox/outbox-relay';
import { OutboxSignal } from '../../../src/infrastructure/database/outbox/outbox-signal';
import type { Claim, ClaimedEvent, OutboxTable } from '../../../src/infrastructure/database/outbox/outbox-table';
import { RecordingTransport } from '../../support/recording-transport';

const NOTHING: Claim = { events: [], isFull: false };
const STATE = { pending: 3, dead: 1, oldestAgeSeconds: 60 };

/** A relay on a table of which the test decides each poll and each removal, one after another. */
function aRelay(polls: readonly (() => Promise<Claim>)[], removals: (() => Promise<void>)[] = []) {
  let polled = 0;
  const states: unknown[] = [];
  const removed: string[][] = [];
  const transport = new RecordingTransport();
  let onPoll: () => void = () => undefined;
  const table = {
    claim: () => {
      const poll = polls[polled] ?? (() => Promise.resolve(NOTHING));
      polled += 1;
      onPoll();
      return poll();
    },
    remove: (events: readonly ClaimedEvent[]) => {
      removed.push(events.map(({ id }) => id));
      return removals.shift()?.() ?? Promise.resolve();
    },
    state: () => Promise.resolve(STATE),
  } as unknown as OutboxTable;
  const observer = {
    sent: () => undefined,
    failed: () => undefined,
    died: () => undefined,
    counted: (state: unknown) => void states.push(state),
  };
  const options = { concurrency: 20, pollIntervalMs: 1, sendTimeoutMs: 60_000 };
  const relay = new OutboxRelay(table, transport, new OutboxSignal(), observer, options);
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      onPoll = () => {
        if (polled >= count) resolve();
      };
    });
  return { relay, states, transport, removed, until };
}

describe('the relay of the outbox', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: string) => void lines.push(line));
    jest.spyOn(Logger.prototype, 'log').mockImplementation((line: string) => void lines.push(line));
  });
  afterEach(() => jest.restoreAllMocks());

  it('says once that the outbox cannot be read, and once that it is read again', async () => {
    const fails = () => Promise.reject(new Error('down'));
    const { relay, until } = aRelay([fails, fails, fails]);
    const polled = until(5);
    relay.onApplicationBootstrap();
    await polled;
    await relay.onApplicationShutdown();
    expect(lines).toEqual(['the outbox cannot be read: Error: down', 'the outbox is read again']);
  });

  it('sends nothing again because the table could not be reached after it', async () => {
    const event = { position: '1', claims: 1, id: 'one', type: 'opened', aggregate: { type: 'account', id: 'a' } };
    const claimed = { events: [{ ...event, occurredAt: new Date(), data: {} }], isFull: false };
    const { relay, transport, removed, until } = aRelay(
      [() => Promise.resolve(claimed)],
      [() => Promise.reject(new Error('down'))],
    );
    const polled = until(2);
    relay.onApplicationBootstrap();
    await polled;
    await relay.onApplicationShutdown();
    expect(transport.attempts).toHaveLength(1);
    expect(removed).toEqual([['one'], ['one']]);
    expect(lines).toEqual(['the outbox cannot be read: Error: down', 'the outbox is read again']);
  });

  it('counts what the table has, and not at each poll', async () => {
    const { relay, states, until } = aRelay([]);
    const polled = until(3);
    relay.onApplicationBootstrap();
    await polled;
    await relay.onApplicationShutdown();
    expect(states).toEqual([STATE]);
  });
});
