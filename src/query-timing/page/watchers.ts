import type { PageResponse } from './http';

/** A watcher that has not read this many messages is dropped; its browser connects again. */
const MAX_UNREAD = 3;
const MAX_UNREAD_BYTES = 1_048_576;

/** The open event streams. All get the same bytes, which are in memory once. */
export class Watchers {
  private readonly unread = new Map<PageResponse, number>();

  constructor(
    private readonly limit: number,
    private readonly onEmpty: () => void,
  ) {}

  get size(): number {
    return this.unread.size;
  }

  get isFull(): boolean {
    return this.unread.size >= this.limit;
  }

  add(response: PageResponse, first: Uint8Array): void {
    this.unread.set(response, 0);
    response.once('close', () => this.remove(response));
    response.on('error', () => this.remove(response));
    response.write(first);
  }

  send(message: Uint8Array): void {
    for (const [response, unread] of this.unread) {
      const isBehind = response.writableLength > 0;
      if (isBehind && (unread >= MAX_UNREAD || response.writableLength > MAX_UNREAD_BYTES)) {
        response.destroy();
        this.remove(response);
        continue;
      }
      this.unread.set(response, isBehind ? unread + 1 : 0);
      response.write(message);
    }
  }

  /** Ends all streams, so that none holds the server. */
  end(): void {
    for (const response of this.unread.keys()) {
      // What a watcher does not read would hold the end of its stream.
      if (response.writableLength > 0) response.destroy();
      else response.end();
      this.remove(response);
    }
  }

  private remove(response: PageResponse): void {
    if (this.unread.delete(response) && this.unread.size === 0) this.onEmpty();
  }
}
