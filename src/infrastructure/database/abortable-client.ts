import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';

/** The socket of pg's client, which its types do not declare. With TLS it is replaced while connecting. */
interface WithSocket {
  readonly connection: { readonly stream: Socket };
}

/**
 * Returns a class of pg clients that end with the signal, whatever they wait for: a server that does not respond, a
 * statement that runs, the end of the connection. Everything that waits for them is rejected.
 *
 * @param given the signal, or what has the one for the next client
 */
export function abortableClient(given: AbortSignal | { readonly signal: AbortSignal }): typeof Client {
  return class AbortableClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(config);
      const signal = 'signal' in given ? given.signal : given;
      // One listener per connection, which is no leak.
      setMaxListeners(0, signal);
      const abort = (): void => void (this as unknown as WithSocket).connection.stream.destroy();
      signal.addEventListener('abort', abort);
      this.once('end', () => signal.removeEventListener('abort', abort));
      if (signal.aborted) queueMicrotask(abort);
    }
  };
}
