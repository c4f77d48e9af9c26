import {
  SideConnection,
  SideConnectionTimeoutError,
  usedOnce,
  type Connector,
} from '../../../src/query-timing/explain/side-connection';

interface Timer {
  readonly work: () => void;
  readonly ms: number;
}

/** Those that were set and not cancelled. */
const mockTimers = new Set<Timer>();
jest.mock('../../../src/query-timing/globals', () => ({
  ...jest.requireActual<object>('../../../src/query-timing/globals'),
  later: (work: () => void, ms: number) => {
    const timer = { work, ms };
    mockTimers.add(timer);
    return timer;
  },
  cancelLater: (timer: Timer) => mockTimers.delete(timer),
}));
beforeEach(() => mockTimers.clear());

function elapse(ms: number): void {
  for (const timer of mockTimers) if (timer.ms <= ms && mockTimers.delete(timer)) timer.work();
}

function aConnection(opened: Promise<void> = Promise.resolve()) {
  const log: string[] = [];
  let lost: () => void = () => undefined;
  let number = 0;
  const connector: Connector<number> = {
    async open(onLost) {
      lost = onLost;
      number += 1;
      log.push(`open ${number}`);
      const own = number;
      await opened;
      return own;
    },
    destroy: (own) => void log.push(`destroy ${own}`),
  };
  return { connection: new SideConnection(connector), connector, log, lose: () => lost() };
}

const use = (connection: SideConnection<number>) => connection.use((own) => Promise.resolve(own), 1_000);

describe('the connection beside the pool', () => {
  it('is kept between two pieces of work, and closed after ten idle seconds', async () => {
    const { connection, log } = aConnection();
    expect([await use(connection), await use(connection)]).toEqual([1, 1]);
    elapse(9_999);
    expect(log).toEqual(['open 1']);
    elapse(10_000);
    expect(log).toEqual(['open 1', 'destroy 1']);
    expect(await use(connection)).toBe(2);
  });

  it('is closed when the database does not respond in time', async () => {
    const { connection, log } = aConnection();
    const work = connection.use(() => new Promise(() => undefined), 1_000);
    await Promise.resolve();
    elapse(1_000);
    await expect(work).rejects.toThrow(SideConnectionTimeoutError);
    expect(log.at(-1)).toBe('destroy 1');
  });

  it('is closed after a failure', async () => {
    const { connection, log } = aConnection();
    await expect(connection.use(() => Promise.reject(new Error('refused')), 1_000)).rejects.toThrow('refused');
    expect(log).toEqual(['open 1', 'destroy 1']);
  });

  it('is opened again after it was lost', async () => {
    const { connection, lose } = aConnection();
    await use(connection);
    lose();
    expect(await use(connection)).toBe(2);
  });

  it('that is closed while it is opened is not kept', async () => {
    let open: () => void = () => undefined;
    const { connection, log } = aConnection(new Promise((resolve) => (open = resolve)));
    const work = use(connection);
    connection.close();
    open();
    await expect(work).rejects.toThrow(SideConnectionTimeoutError);
    expect(log).toEqual(['open 1', 'destroy 1']);
  });
});

describe('a connection for one piece of work', () => {
  it('is closed after it, and after a failure', async () => {
    const { connector, log } = aConnection();
    expect(await usedOnce(connector, 1_000, (own) => Promise.resolve(own))).toBe(1);
    await expect(usedOnce(connector, 1_000, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(log).toEqual(['open 1', 'destroy 1', 'open 2', 'destroy 2']);
    expect(mockTimers.size).toBe(0);
  });

  it('is closed when it is open at last, after no one waits for it', async () => {
    let open: () => void = () => undefined;
    const { connector, log } = aConnection(new Promise((resolve) => (open = resolve)));
    const work = usedOnce(connector, 1_000, (own) => Promise.resolve(own));
    await Promise.resolve();
    elapse(1_000);
    await expect(work).rejects.toThrow(SideConnectionTimeoutError);
    expect(log).toEqual(['open 1']);
    open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['open 1', 'destroy 1']);
  });
});
