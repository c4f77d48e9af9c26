import { once } from 'node:events';
import { installQueryTiming } from '../../../src/query-timing/core';
import { recordingLogger } from '../support/recording-logger';
import { stubDataSource } from '../support/stub-postgres';
import { aConnection, aFeed, aReadConnection, feedOf, messageIn } from './support/feeds';

it('has a timer while someone watches, and none before and after', async () => {
  const feed = aFeed();
  expect(feed.stop).toBeUndefined();
  const connections = [aConnection(), aConnection()];
  for (const connection of connections) feed.watch(connection);
  expect([feed.stop, feed.isFull, feed.units.watched]).toEqual([expect.any(Function), true, true]);
  for (const connection of connections) {
    const closed = new Promise((resolve) => connection.once('close', resolve));
    connection.destroy();
    await closed;
  }
  expect([feed.stop, feed.isFull, feed.units.watched]).toEqual([undefined, false, false]);
});

it('drops a watcher that does not read, and keeps one that does', () => {
  const feed = aFeed();
  const [reading, silent] = [aReadConnection(), aConnection()];
  feed.watch(reading);
  feed.watch(silent);
  for (let second = 0; second < 10; second++) feed.tick();
  expect([reading.destroyed, silent.destroyed]).toEqual([false, true]);
  feed.end();
});

it('drops a watcher for which more than a megabyte waits, in the next second', () => {
  const feed = aFeed();
  const [few, many] = [1_000, 2_000_000].map((writableLength) =>
    Object.defineProperty(aConnection(), 'writableLength', { value: writableLength }),
  );
  for (const connection of [few!, many!]) feed.watch(connection);
  feed.tick();
  expect([few!.destroyed, many!.destroyed]).toEqual([false, true]);
  feed.end();
});

it('keeps the curves of ten minutes', async () => {
  const feed = aFeed();
  const [reading, late] = [aReadConnection(), aReadConnection()];
  feed.watch(reading);
  for (let second = 0; second < 610; second++) feed.tick();
  const first = once(late, 'data') as Promise<[Buffer]>;
  feed.watch(late);
  const [chunk] = await first;
  expect(messageIn(chunk).sources[0]!.points).toHaveLength(600);
  feed.end();
});

it('ends the stream of a watcher that does not read, which would hold the end of the server', () => {
  const feed = aFeed();
  const silent = aConnection();
  feed.watch(silent);
  feed.tick();
  feed.end();
  expect(silent.destroyed).toBe(true);
});

it('leaves nothing with the timing when it is closed', () => {
  const timing = installQueryTiming(stubDataSource(), { logger: recordingLogger() });
  const sinks = new Set<unknown>();
  const add = (sink: unknown) => void sinks.add(sink);
  const remove = (sink: unknown) => void sinks.delete(sink);
  const feed = feedOf({ ...timing.view(), scopes: true, add, remove }, 1);
  feed.watch(aConnection());
  expect(sinks.size).toBe(3);
  feed.end();
  expect([feed.stop, sinks.size]).toEqual([undefined, 0]);
});

it('does not ask the server again while it has not responded', () => {
  const timing = installQueryTiming(stubDataSource(), { logger: recordingLogger() });
  let asked = 0;
  const server = () => {
    asked++;
    return new Promise<never>(() => undefined);
  };
  const feed = feedOf({ ...timing.view(), server }, 1);
  feed.watch(aConnection());
  for (let second = 0; second < 3; second++) feed.tick();
  expect(asked).toBe(1);
  feed.end();
});
