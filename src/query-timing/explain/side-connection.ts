import { cancelLater, later } from '../globals';

/** The database did not respond in time. */
export class SideConnectionTimeoutError extends Error {
  override readonly name = 'SideConnectionTimeoutError';
}

/** The driver has no client of its usual package, as with PGlite. */
export class NoClientError extends Error {
  override readonly name = 'NoClientError';
}

/** Rejects after some time. The timer does not keep the process alive. */
async function inTime<T>(work: Promise<T>, ms: number, giveUp: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = later(() => {
      reject(new SideConnectionTimeoutError(`no response within ${ms} ms`));
      giveUp();
    }, ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    cancelLater(timer);
  }
}

/** How a driver opens, unrefs and ends its connections. */
export interface Connector<C> {
  /**
   * @param lost to be called when the connection is gone
   * @param abandoned aborts when no one waits for the connection any longer
   */
  open(lost: () => void, abandoned: AbortSignal): Promise<C>;
  /** Never throws. */
  destroy(connection: C): void;
}

const IDLE_MS = 10_000;

/**
 * One connection beside the pool. It is opened for the first piece of work, closed after ten idle seconds, and thrown away
 * after any failure. It does not keep the process alive.
 */
export class SideConnection<C> {
  private connection: C | undefined;
  private idle: NodeJS.Timeout | undefined;
  private opening: AbortController | undefined;
  /** Increases with each close: what was opened before is not kept. */
  private generation = 0;

  constructor(private readonly connector: Connector<C>) {}

  /** One at a time. */
  async use<T>(work: (connection: C) => Promise<T>, ms: number): Promise<T> {
    cancelLater(this.idle);
    const { generation } = this;
    try {
      const result = await inTime(this.opened(generation).then(work), ms, () => this.close());
      if (generation === this.generation) this.idle = later(() => this.close(), IDLE_MS);
      return result;
    } catch (error) {
      if (generation === this.generation) this.close();
      throw error;
    }
  }

  close(): void {
    this.generation++;
    cancelLater(this.idle);
    this.opening?.abort();
    const { connection } = this;
    this.connection = this.opening = undefined;
    if (connection !== undefined) this.connector.destroy(connection);
  }

  private async opened(generation: number): Promise<C> {
    if (this.connection !== undefined) return this.connection;
    const lost = () => {
      if (generation === this.generation) this.close();
    };
    const opening = (this.opening = new AbortController());
    const connection = await this.connector.open(lost, opening.signal);
    if (generation !== this.generation) {
      this.connector.destroy(connection);
      throw new SideConnectionTimeoutError('closed while it was opened');
    }
    this.opening = undefined;
    return (this.connection = connection);
  }
}

/** Opens a connection for one piece of work, and closes it, however late it was opened. */
export async function usedOnce<C, T>(
  connector: Connector<C>,
  ms: number,
  work: (connection: C) => Promise<T>,
): Promise<T> {
  const connection = new SideConnection(connector);
  try {
    return await connection.use(work, ms);
  } finally {
    connection.close();
  }
}
