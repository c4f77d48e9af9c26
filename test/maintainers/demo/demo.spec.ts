import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import { RunningService } from '../../support/running-service';

const root = join(__dirname, '../../..');

/** The demo in its own process. */
class Demo {
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  output = '';
  progress = '';

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, ['--require', 'tsx/cjs', 'maintainers/demo/main.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Not its exit: output may follow.
    this.closed = once(this.child, 'close');
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.progress += text));
  }

  /** Resolves when the demo has begun to send requests. */
  async begun(): Promise<void> {
    while (!/\d %/.test(this.progress)) await once(this.child.stderr!, 'data');
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }

  /** @returns the exit code */
  async ended(): Promise<number | null> {
    await this.closed;
    return this.child.exitCode;
  }
}

/** The numbers of a row: PostgreSQL's, the service's, and how many were slow. */
function rowOf(output: string, name: string): number[] {
  const [, numbers = ''] = new RegExp(`^${name} +([\\d ]+)`, 'm').exec(output) ?? [];
  return numbers.trim().split(/ +/).map(Number);
}

describe('npm run demo', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({
      IDEMPOTENCY_SWEEP_INTERVAL_MS: '1000',
      QUERY_TIMING_SLOW_THRESHOLD_MS: '100',
    });
  });
  afterAll(() => service.stop());

  const stage = async (): Promise<string[]> => [
    ...['--url', service.url],
    ...['--database-url', service.database.adminUrl],
    ...['--token', await service.token('customer-of-the-demo')],
  ];
  const asService = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: service.database.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };

  it('ends with the counts of PostgreSQL and of the service equal, and the share slow that was asked for', async () => {
    const demo = new Demo(['--queries', '300', '--slow-ratio', '0.1', ...(await stage())]);
    expect({ code: await demo.ended(), errors: demo.progress }).toMatchObject({ code: 0 });
    const [server = 0, counted, slow = 0] = rowOf(demo.output, 'together');
    expect(server).toBeGreaterThanOrEqual(300);
    expect(counted).toBe(server);
    expect(Math.abs(slow / server - 0.1)).toBeLessThan(0.005);
    for (const type of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) {
      const [ofServer = 0, ofService] = rowOf(demo.output, type);
      expect(ofServer).toBeGreaterThan(0);
      expect(ofService).toBe(ofServer);
    }
  });

  it('exits with 1 and marks the row when PostgreSQL has counted a statement that the service has not', async () => {
    const demo = new Demo(['--queries', '120', '--slow-ratio', '0', ...(await stage())]);
    await demo.begun();
    await asService(`UPDATE products SET version = version WHERE sku = 'unknown'`);
    expect(await demo.ended()).toBe(1);
    // Its progress, if there is no table.
    expect(demo.output || demo.progress).toMatch(/^UPDATE .*<- they differ$/m);
    expect(demo.output).not.toMatch(/^INSERT .*differ/m);
    expect(demo.output).toContain('something else ran statements as service_under_test meanwhile');
  });

  it('shows what was counted, and why the share is another one, when it cannot be reached', async () => {
    const demo = new Demo(['--queries', '40', '--slow-ratio', '0.4', '--slow-threshold', '20', ...(await stage())]);
    const code = await demo.ended();
    expect({ code, errors: demo.progress }).toMatchObject({ code: 1 });
    const [ofServer = 0, ofService] = rowOf(demo.output, 'together');
    expect(ofServer).toBeGreaterThanOrEqual(40);
    expect(ofService).toBe(ofServer);
    expect(demo.output).toMatch(/instead of 0\.4\. The service has another threshold/);
  });

  it('with --faults makes trouble until someone ends the session that causes it', async () => {
    const demo = new Demo(['--faults', ...(await stage())]);
    const admin = new Client({ connectionString: service.database.adminUrl });
    await admin.connect();
    try {
      const blocked = 'SELECT pid FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0';
      while ((await admin.query(blocked)).rowCount === 0);
      const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = 'demo' AND state = 'idle in transaction'`;
      expect((await admin.query(end)).rowCount).toBe(1);
      expect({ code: await demo.ended(), errors: demo.progress }).toMatchObject({ code: 0 });
      expect(demo.output).toMatch(/^The session was ended after \d+ s: the trouble is over\.$/m);
      expect((await admin.query(blocked)).rowCount).toBe(0);
    } finally {
      await admin.end();
    }
  });

  it('says that it was interrupted, and exits as an interrupted program does', async () => {
    const demo = new Demo(['--queries', '100000', ...(await stage())]);
    await demo.begun();
    demo.interrupt();
    expect(await demo.ended()).toBe(130);
    expect(demo.output).toBe('');
    expect(demo.progress).toMatch(/Interrupted\.\n$/);
  });

  it('refuses a database of the service’s own role, whose statements would be counted', async () => {
    const args = ['--url', service.url, '--database-url', service.database.url, '--token', await service.token()];
    const demo = new Demo(args);
    expect(await demo.ended()).toBe(1);
    expect(demo.progress).toMatch(/^--database-url is for the service’s own role service_under_test.*\n$/);
  });

  it('refuses a database that the service does not use', async () => {
    const other = new URL(service.database.adminUrl);
    other.pathname = '/postgres';
    const demo = new Demo(['--url', service.url, '--database-url', other.href, '--token', await service.token()]);
    expect(await demo.ended()).toBe(1);
    expect(demo.progress).toMatch(/^The service has no connection to that database.*\n$/);
  });

  it('names the scope that a token lacks', async () => {
    const powerless = await service.token('customer-of-the-demo', []);
    const args = ['--url', service.url, '--database-url', service.database.adminUrl, '--token', powerless];
    const demo = new Demo(args);
    expect(await demo.ended()).toBe(1);
    expect(demo.progress).toContain('with 403: the token does not have the scope catalogue:write');
  });
});
