/*
 * What the page uses of the requests and responses of Node, whose types an application need not have.
 */

/** A request of Node's HTTP server, as far as the page reads it. */
export interface PageRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** A response of Node's HTTP server, as far as the page uses it. */
export interface PageResponse {
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  /** Bytes that are not sent yet. */
  readonly writableLength: number;
  writeHead(status: number, headers: Record<string, string | number>): { end(): unknown };
  write(chunk: Uint8Array): boolean;
  end(body?: Uint8Array): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: () => void): unknown;
}
