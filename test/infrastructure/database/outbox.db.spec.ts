import { Logger } from '@nestjs/common';
import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import type { DataSource, EntityManager } from 'typeorm';
import type { DomainEvent } from '../../../src/domain/shared/domain-event';
import { OutboxRelay } from '../../../src/infrastructure/database/outbox/outbox-relay';
import { OutboxSignal } from '../../../src/infrastructure/database/outbox/outbox-signal';
import { OutboxTable, type OutboxOptions } from '../../../src/infrastructure/database/outbox/outbox-table';
import { createDataSource } from '../../../src/infrastructure/database/data-source';
import { TransactionRunner, type TransactionWork } from '../../../src/infrastructure/database/transaction-runner';
import { aConfiguration } from '../../support/configuration';
import { RecordingTransport } from '../../support/recording-transport';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;
let dataSource: DataSource;
let transactions: TransactionRunner;
const signal = new OutboxSignal();

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createScratchDatabase();
  dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
  const observer = { retried: () => undefined, exhausted: () => undefined };
  transactions = new TransactionRunner(dataSource, observer, signal.raise);
  await dataSource.query('CREATE TABLE accounts (id text PRIMARY KEY, balance int NOT NULL)');
});
beforeEach(() => dataSource.query('TRUNCATE accounts, outbox_events'));
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const opened = (id: string, data: object = { id }): DomainEvent => ({
  type: 'account-opened',
  aggregate: { type: 'account', id },
  occurredAt: new Date('2026-01-02T03:04:05.678Z'),
  data,
});
const commit = async <T>(work: TransactionWork<T, never>) => (await transactions.run(work))._unsafeUnwrap();
const publish = async (...events: DomainEvent[]) => {
  await commit((_manager, publisher) => okAsync(publisher.publish(...events)));
};
const run = (manager: EntityManager, sql: string) => ResultAsync.fromSafePromise(manager.query<unknown>(sql));
const stored = async (columns = 'data') =>
  dataSource.query<Record<string, unknown>[]>(`SELECT ${columns} FROM outbox_events ORDER BY position`);
const allDue = () => dataSource.query(`UPDATE outbox_events SET due_at = now() WHERE dead_at IS NULL`);

const concurrency = 20;
const options = { leaseMs: 60_000, maxAttempts: 3, retryDelayMs: 1_000 };
const aTable = (more: Partial<OutboxOptions> = {}) => new OutboxTable(dataSource, { ...options, ...more });

/** Relays that run during `work`, as in instances of the service; the first one gets the signal of this process. */
async function relaying(
  transport: RecordingTransport,
  work: () => Promise<void>,
  { instances = 1, sendTimeoutMs = 60_000, retryDelayMs = 1, places = concurrency, pollIntervalMs = 10 } = {},
) {
  const seen = { sent: 0, failed: 0, died: 0, pending: -1 };
  const observer = {
    sent: (count: number) => void (seen.sent += count),
    failed: (count: number) => void (seen.failed += count),
    died: () => void (seen.died += 1),
    counted: ({ pending }: { pending: number }) => void (seen.pending = pending),
  };
  const relays = Array.from({ length: instances }, (_, instance) => {
    const own = instance === 0 ? signal : new OutboxSignal();
    const relayOptions = { concurrency: places, pollIntervalMs, sendTimeoutMs };
    return new OutboxRelay(aTable({ retryDelayMs }), transport, own, observer, relayOptions);
  });
  for (const relay of relays) relay.onApplicationBootstrap();
  try {
    await work();
  } finally {
    await Promise.all(relays.map((relay) => relay.onApplicationShutdown()));
  }
  return seen;
}

describe('the events of a transaction', () => {
  it('are stored with it, in the order in which they were published', async () => {
    await commit((manager, events) => {
      events.publish(
        opened('a', { number: 1 }),
        opened('b', { number: 2, text: 'a "quoted", {braced} \\ text\u0000' }),
      );
      return run(manager, `INSERT INTO accounts VALUES ('a', 0)`).map(() => events.publish(opened('a', { number: 3 })));
    });
    expect(await stored('type, aggregate_id, occurred_at, data')).toEqual([
      { type: 'account-opened', aggregate_id: 'a', occurred_at: opened('a').occurredAt, data: { number: 1 } },
      expect.objectContaining({ aggregate_id: 'b', data: { number: 2, text: 'a "quoted", {braced} \\ text\u0000' } }),
      expect.objectContaining({ aggregate_id: 'a', data: { number: 3 } }),
    ]);
  });

  it('are not stored when it returns an Err, throws, or fails at its commit', async () => {
    const refused = await transactions.run((_manager, events) => {
      events.publish(opened('a'));
      return errAsync('refused');
    });
    expect(refused.isErr()).toBe(true);
    const thrown = transactions.run((_manager, events) => {
      events.publish(opened('a'));
      throw new Error('a bug');
    });
    await expect(thrown).rejects.toThrow('a bug');
    await dataSource.query('CREATE TABLE IF NOT EXISTS pairs (id text UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    const failed = transactions.run((manager, events) => {
      events.publish(opened('a'));
      return run(manager, `INSERT INTO pairs VALUES ('a'), ('a')`);
    });
    await expect(failed).rejects.toThrow(/pairs_id_key/);
    expect(await stored()).toEqual([]);
  });

  it('roll it back when they cannot be stored', async () => {
    const failed = transactions.run((manager, events) => {
      events.publish(opened('a', { amount: 1n }));
      return run(manager, `INSERT INTO accounts VALUES ('a', 0)`);
    });
    await expect(failed).rejects.toThrow(TypeError);
    expect(await dataSource.query('SELECT FROM accounts')).toEqual([]);
  });

  it('are stored once when it is retried', async () => {
    let attempts = 0;
    await commit((manager, events) => {
      events.publish(opened('a'));
      attempts += 1;
      return run(manager, attempts > 1 ? 'SELECT' : `DO $$ BEGIN RAISE 'again' USING ERRCODE = '40001'; END $$`);
    });
    expect(attempts).toBe(2);
    expect(await stored()).toHaveLength(1);
  });

  it('of one aggregate are numbered in the order of the commits, whichever transaction began first', async () => {
    await dataSource.query(`INSERT INTO accounts VALUES ('a', 0)`);
    const deposit = 'UPDATE accounts SET balance = balance + 1';
    let change: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => (change = resolve));
    const late = commit((manager, events) => {
      events.publish(opened('a', { balance: 2 }));
      return ResultAsync.fromSafePromise(turn).andThen(() => run(manager, deposit));
    });
    await commit((manager, events) => {
      events.publish(opened('a', { balance: 1 }));
      return run(manager, deposit);
    });
    change();
    await late;
    expect(await stored()).toEqual([{ data: { balance: 1 } }, { data: { balance: 2 } }]);
  });
});

describe('a relay', () => {
  it('sends what is stored, once, with an id, and deletes it', async () => {
    const transport = new RecordingTransport();
    const seen = await relaying(transport, async () => {
      await publish(opened('a', { number: 1 }), opened('b', { number: 2 }));
      await transport.until(() => transport.sent.length === 2);
    });
    expect(transport.sent).toEqual(
      expect.arrayContaining([
        { id: expect.stringMatching(/^[0-9a-f-]{36}$/), ...opened('a', { number: 1 }) },
        { id: expect.stringMatching(/^[0-9a-f-]{36}$/), ...opened('b', { number: 2 }) },
      ]),
    );
    expect(await stored()).toEqual([]);
    expect(seen).toMatchObject({ sent: 2, failed: 0, died: 0 });
  });

  it('sends the events of a transaction that committed after later ones', async () => {
    const transport = new RecordingTransport();
    await relaying(transport, async () => {
      const slow = dataSource.createQueryRunner();
      await slow.startTransaction();
      await slow.query(`INSERT INTO outbox_events (type, aggregate_type, aggregate_id, occurred_at, data)
                        VALUES ('first', 'account', 'a', now(), '{}')`);
      await publish(opened('b'));
      await transport.until(() => transport.sent.length === 1);
      await slow.commitTransaction();
      await slow.release();
      await transport.until(() => transport.sent.length === 2);
    });
    expect(transport.sent.map(({ aggregate }) => aggregate.id)).toEqual(['b', 'a']);
  });

  it('holds no connection while it sends', async () => {
    const { master } = dataSource.driver as unknown as { master: { totalCount: number; idleCount: number } };
    const transport = new RecordingTransport(() => void (busy = master.totalCount - master.idleCount));
    let busy = -1;
    await relaying(transport, async () => {
      await publish(opened('a'));
      await transport.until(() => transport.sent.length === 1);
    });
    expect(busy).toBe(0);
  });

  it.each([[1], [2]])(
    'ends after the event that it is sending, and the one that was stored since: %i at a time',
    async (places) => {
      const transport = new RecordingTransport();
      let confirm: () => void = () => undefined;
      transport.before = ({ aggregate }) =>
        aggregate.id === 'a' ? new Promise<void>((resolve) => (confirm = resolve)) : undefined;
      await relaying(
        transport,
        async () => {
          await publish(opened('a'));
          await transport.until(() => transport.attempts.length === 1);
          await publish(opened('b'));
          // After the relay was asked to stop.
          setImmediate(() => confirm());
        },
        { places },
      );
      expect(new Set(transport.sent.map(({ aggregate }) => aggregate.id))).toEqual(new Set(['a', 'b']));
      expect(await stored()).toEqual([]);
    },
  );

  it('sends the events of other aggregates while one takes long', async () => {
    const transport = new RecordingTransport();
    let confirm: () => void = () => undefined;
    transport.before = ({ aggregate }) =>
      aggregate.id === 'slow' ? new Promise<void>((resolve) => (confirm = resolve)) : undefined;
    await relaying(
      transport,
      async () => {
        await publish(
          opened('slow'),
          opened('a', { number: 1 }),
          opened('a', { number: 2 }),
          opened('a', { number: 3 }),
        );
        await transport.until(() => transport.sent.length === 3);
        await publish(opened('b'));
        await transport.until(() => transport.sent.length === 4);
        confirm();
      },
      { pollIntervalMs: 60_000 },
    );
    expect(transport.data).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }, { id: 'b' }, { id: 'slow' }]);
    expect(transport.attempts).toHaveLength(5);
    expect(await stored()).toEqual([]);
  });

  it('sends no more at a time than it may, and goes on when one has ended', async () => {
    const transport = new RecordingTransport();
    const waiting: (() => void)[] = [];
    let most = 0;
    transport.before = () => {
      most = Math.max(most, transport.attempts.length - transport.sent.length);
      return new Promise<void>((resolve) => waiting.push(resolve));
    };
    await relaying(
      transport,
      async () => {
        await publish(...['a', 'b', 'c', 'd', 'e'].map((id) => opened(id)));
        for (let sent = 1; sent <= 5; sent += 1) {
          await transport.until(() => transport.attempts.length >= Math.min(sent + 1, 5));
          waiting.pop()!();
          await transport.until(() => transport.sent.length === sent);
        }
      },
      { places: 2, pollIntervalMs: 60_000 },
    );
    expect(most).toBe(2);
    expect(transport.attempts).toHaveLength(5);
  });

  it('gives up an attempt that takes too long, although the transport ignores the signal', async () => {
    const signals: AbortSignal[] = [];
    const transport = new RecordingTransport();
    transport.before = (_event, attempt) => {
      signals.push(attempt);
      return signals.length === 1 ? new Promise(() => undefined) : undefined;
    };
    const seen = await relaying(
      transport,
      async () => {
        await publish(opened('a'));
        await transport.until(() => transport.sent.length === 1);
      },
      { sendTimeoutMs: 50 },
    );
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(seen).toMatchObject({ sent: 1, failed: 1 });
  });
});

describe('several relays', () => {
  it('keep the order of each aggregate while attempts fail, and send each event once', async () => {
    const failures = new Map<string, number>();
    const transport = new RecordingTransport(({ id, data }) => {
      const { number, account } = data as { number: number; account: number };
      const before = failures.get(id) ?? 0;
      failures.set(id, before + 1);
      if (before < (number * account) % 3) throw new Error('not now');
    });
    const events = Array.from({ length: 60 }, (_, index) =>
      opened(`account-${index % 6}`, { account: index % 6, number: Math.floor(index / 6) }),
    );
    await relaying(
      transport,
      async () => {
        await publish(...events.slice(0, 30));
        await publish(...events.slice(30));
        await transport.until(() => transport.sent.length === events.length);
      },
      { instances: 3 },
    );
    for (let account = 0; account < 6; account += 1) {
      const numbers = (transport.data as { account: number; number: number }[])
        .filter((data) => data.account === account)
        .map(({ number }) => number);
      expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    expect(await stored()).toEqual([]);
  });

  it('never send an event while another sends an earlier one of its aggregate', async () => {
    await publish(opened('a', { number: 1 }), opened('a', { number: 2 }));
    const first = await aTable().claim(concurrency);
    expect(first.events.map(({ data }) => data)).toEqual([{ number: 1 }]);
    await allDue().then(() => dataSource.query(`UPDATE outbox_events SET due_at = 'infinity' WHERE claims = 1`));
    expect((await aTable().claim(concurrency)).events).toEqual([]);
    await aTable().remove(first.events);
    expect((await aTable().claim(concurrency)).events.map(({ data }) => data)).toEqual([{ number: 2 }]);
  });

  it('skip what another is taking, instead of waiting for it', async () => {
    await publish(opened('a'), opened('b'));
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query(`SELECT FROM outbox_events WHERE aggregate_id = 'a' FOR UPDATE`);
    const { events } = await aTable().claim(concurrency);
    await other.rollbackTransaction();
    await other.release();
    expect(events.map(({ data }) => data)).toEqual([{ id: 'b' }]);
  });

  it('take over the events of a process that has ended, and ignore what it reports later', async () => {
    await publish(opened('a'));
    const [lost] = (await aTable({ leaseMs: 0 }).claim(concurrency)).events;
    const [taken] = (await aTable().claim(concurrency)).events;
    expect(taken!.id).toBe(lost!.id);
    expect(await aTable().reschedule([{ event: lost!, error: 'late' }])).toEqual([]);
    expect(await stored('failures, last_error')).toEqual([{ failures: 0, last_error: null }]);
  });
});

describe('an event that cannot be sent', () => {
  it('is tried again after a time that doubles, up to ten minutes', async () => {
    await publish(opened('a'));
    // In a transaction, now() is the same for each statement.
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const table = new OutboxTable(runner.manager, { ...options, maxAttempts: 100 });
    for (const expected of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]) {
      await runner.query('UPDATE outbox_events SET due_at = now()');
      const [event] = (await table.claim(concurrency)).events;
      await table.reschedule([{ event: event!, error: 'broker unavailable' }]);
      const [row] = await runner.manager.query<{ seconds: number }[]>(
        'SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM outbox_events',
      );
      expect(row!.seconds / expected).toBeGreaterThanOrEqual(0.75);
      expect(row!.seconds / expected).toBeLessThanOrEqual(1.25);
    }
    await runner.rollbackTransaction();
    await runner.release();
  });

  it('is dead after its last attempt: kept with its error, while those after it wait and others are sent', async () => {
    const transport = new RecordingTransport(({ data }) => {
      if ((data as { poison?: boolean }).poison) throw new Error('rejected\u0000 by the broker');
    });
    const seen = await relaying(transport, async () => {
      await publish(opened('a', { poison: true }), opened('a', { number: 2 }), opened('b'));
      await transport.until(() => transport.attempts.length === 4);
    });
    expect(seen).toMatchObject({ sent: 1, failed: 3, died: 1 });
    expect(transport.data).toEqual([{ id: 'b' }]);
    expect(await stored('data, failures, last_error, dead_at IS NOT NULL AS dead')).toEqual([
      { data: { poison: true }, failures: 3, last_error: 'rejected by the broker', dead: true },
      { data: { number: 2 }, failures: 0, last_error: null, dead: false },
    ]);
    expect(await aTable().state()).toMatchObject({ pending: 1, dead: 1 });
    expect((await aTable().state()).oldestAgeSeconds).toBeGreaterThan(0);
  });

  it('does not make each poll read the queue behind it', async () => {
    await publish(...Array.from({ length: 30 }, (_, number) => opened('a', { number })));
    const table = aTable();
    const claims = [await table.claim(10), await table.claim(10), await table.claim(10), await table.claim(10)];
    expect(claims.map(({ events, isFull }) => [events.length, isFull])).toEqual([
      [1, true],
      [0, true],
      [0, true],
      [0, false],
    ]);
  });
});
