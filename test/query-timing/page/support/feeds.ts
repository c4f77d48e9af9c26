import { PassThrough } from 'node:stream';
import { installQueryTiming } from '../../../../src/query-timing/core';
import { Feed } from '../../../../src/query-timing/page/feed';
import type { PageResponse } from '../../../../src/query-timing/page/http';
import type { PageMessage } from '../../../../src/query-timing/page/messages';
import type { TimingView } from '../../../../src/query-timing/query-timing';
import { recordingLogger } from '../../support/recording-logger';
import { stubDataSource } from '../../support/stub-postgres';

/** A connection whose other end reads only if the test does. */
class Connection extends PassThrough {
  headersSent = true;
  writeHead() {
    return this;
  }
}

export const aConnection = () => new Connection({ highWaterMark: 1 }) as Connection & PageResponse;

/** A connection whose other end has read everything. */
export function aReadConnection() {
  const connection = aConnection();
  connection.resume();
  Object.defineProperty(connection, 'writableLength', { value: 0 });
  return connection;
}

export const messageIn = (chunk: Buffer) => JSON.parse(chunk.toString().replace(/^data: /, '')) as PageMessage;

/** A feed whose seconds the test counts. */
export interface OpenFeed extends Pick<Feed, 'watch' | 'end' | 'isFull'> {
  readonly stop: (() => void) | undefined;
  readonly units: { readonly watched: boolean };
  tick(): void;
}

export const feedOf = (view: TimingView, maxWatchers = 2) => new Feed([view], maxWatchers) as unknown as OpenFeed;

export function aFeed() {
  const timing = installQueryTiming(stubDataSource(), { logger: recordingLogger() });
  return feedOf(timing.view());
}
