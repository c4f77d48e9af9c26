import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';

/** The socket of pg's client, which its types do not declare. With TLS it is replaced while connecting. */
interface WithSocket {
  readonly connection: { readonly stream: Socket };
}

type ConnectCallback = ((error: Error) => void) | ((error: null, client: Client) => void);

/**
 * Returns a class of pg clients that end with the signal, whatever they wait for: a server that does not respond, a
 * statement that runs, the end of the connection. Everything that waits for them is rejected.
 *
 * They read the files of their certificates when they are made, as pg does. One that cannot be read fails the connection and
 * not the constructor, which pg's pool calls where nothing catches an error: it would end the process.
 *
 * @param given the signal, or what has the one for the next client
 */
export function abortableClient(given: AbortSignal | { readonly signal: AbortSignal }): typeof Client {
  return class AbortableClient extends Client {
    private failure: Error | undefined;

    constructor(config?: string | ClientConfig) {
      let failure: Error | undefined;
      try {
        super(config);
      } catch (error) {
        super({});
        failure = error as Error;
      }
      this.failure = failure;
      if (failure) return;
      const signal = 'signal' in given ? given.signal : given;
      // One listener per connection, which is no leak.
      setMaxListeners(0, signal);
      const abort = (): void => void (this as unknown as WithSocket).connection.stream.destroy();
      signal.addEventListener('abort', abort);
      this.once('end', () => signal.removeEventListener('abort', abort));
      if (signal.aborted) queueMicrotask(abort);
    }

    override connect(): Promise<Client>;
    override connect(callback: ConnectCallback): void;
    override connect(callback?: ConnectCallback): Promise<Client> | void {
      const { failure } = this;
      if (failure === undefined) return callback ? super.connect(callback) : super.connect();
      if (!callback) return Promise.reject(failure);
      process.nextTick(callback, failure);
    }
  };
}
