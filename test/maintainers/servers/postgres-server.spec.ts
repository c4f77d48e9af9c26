import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { EXPORTER_ROLE, prepareExporterRole } from '../../../tools/exporter-role';
import { serverRow } from '../../../tools/monitoring/dashboard/server-panels';
import type { ChildServer } from '../../monitoring/support/child-server';
import { exporterProgram, startExporter } from '../../monitoring/support/postgres-exporter';
import { monitoringPrograms } from '../../monitoring/support/programs';
import { TestPrometheus } from '../../monitoring/support/prometheus';
import { fillVariables } from '../../monitoring/support/promql';
import { PostgresPair } from './support/postgres-pair';

const MINUTES = 60_000;
const log = (line: string) => process.stderr.write(`${line}\n`);
/** What a test cannot wait for: minutes, gigabytes and two billion transactions; and deadlocks that a slow machine cannot make. */
const lowered = (expr: string) =>
  expr
    .replace(/(?<=_seconds\)) > \d+/g, ' > 0.2')
    .replaceAll('> 1000000000', '> 100000')
    .replaceAll('> 1000000', '> 1000')
    .replace(/(?<=blks_(?:hit|read))\[10m\]/g, '[40m]')
    .replace(/(?<=blks_read\[40m\]\)\)) > 1000/g, ' > 0')
    .replace('< 0.9\n', '< 0.999\n')
    .replace(/(?<=checkpoints_requested_total\[1h\]\)\)) > 6/g, ' > 0.5')
    .replace(/(?<=\/ 2147483648\)) > [\d.]+/g, ' > 1e-9')
    .replace(/(?<=pg_stat_database_deadlocks)\[10m\]\)\) > \d+/g, '[40m])) > 0.5');

let servers: PostgresPair;
let exporters: ChildServer[] = [];
let prometheus: TestPrometheus;
let directory: string;
let admin: Client;

beforeAll(async () => {
  const programs = await monitoringPrograms(log);
  const exporter = await exporterProgram(log);
  servers = await PostgresPair.start({
    max_connections: '20',
    // Tables are larger than a quarter of it: a scan reads them again.
    shared_buffers: '1MB',
    max_prepared_transactions: '2',
    deadlock_timeout: '20ms',
    autovacuum: 'off',
  });
  admin = await servers.connect();
  // The rows of two tables, half of which are dead, and of which nothing is left.
  await admin.query(`
    CREATE TABLE accounts (id int PRIMARY KEY, balance int);
    INSERT INTO accounts VALUES (1, 0), (2, 0);
    CREATE TABLE half_dead AS SELECT i, 'some text ' || i AS text FROM generate_series(1, 20000) AS i;
    CREATE TABLE half_empty AS SELECT i, 'some text ' || i AS text FROM generate_series(1, 20000) AS i;
    CREATE TABLE full_table AS SELECT i, 'some text ' || i AS text FROM generate_series(1, 20000) AS i;
    DELETE FROM half_dead WHERE i % 2 = 0;
    DELETE FROM half_empty WHERE i % 3 > 0;
  `);
  await admin.query('VACUUM ANALYZE half_empty, full_table');
  // Else they come a second later.
  await admin.query('SELECT pg_stat_force_next_flush()');
  const role = await prepareExporterRole(servers.primaryUrl);
  const roleOnStandby = new URL(role);
  roleOnStandby.port = new URL(servers.standbyUrl).port;
  exporters = await Promise.all([role, roleOnStandby.href].map((url) => startExporter(exporter, url)));
  directory = mkdtempSync(join(tmpdir(), 'postgres-server-'));
  const [postgres, standby] = exporters.map(({ url }) => new URL(url).host);
  prometheus = await TestPrometheus.start({
    program: programs.prometheus,
    directory,
    scrapeMs: 1_000,
    targets: { postgres: postgres!, standby: standby! },
    factor: 240,
    rewrite: lowered,
  });
  while ((await value('count(pg_exporter_last_scrape_error == 0)')) !== 2) await delay(100);
  prometheus.loadRules();
}, 3 * MINUTES);

afterAll(async () => {
  await prometheus?.stop();
  await Promise.all(exporters.map((one) => one.stop()));
  await servers?.stop();
  if (directory) rmSync(directory, { recursive: true, force: true });
});

async function value(expr: string): Promise<number | undefined> {
  const [first] = await prometheus.query(expr);
  return first?.value && Number(first.value[1]);
}

/** @param job of the exporter */
const fires = async (alert: string, job = 'postgres'): Promise<void> => {
  while ((await value(`count(ALERTS{alertname="${alert}",alertstate="firing",job="${job}"})`)) !== 1) await delay(100);
};

/** Waits until the largest value of a query of a panel is what it should be: of the first one, or of a legend. */
async function shows(title: string, test: (value: number) => boolean, legend?: string): Promise<void> {
  const { queries } = serverRow.panels.find((panel) => panel.title === title)!;
  const { expr } = queries.find((one) => legend === undefined || one.legend.startsWith(legend))!;
  const filled = fillVariables(expr.replaceAll('$server', 'postgres'));
  for (;;) {
    const seen = await value(`max(${filled})`);
    if (seen !== undefined && test(seen)) return;
    await delay(100);
  }
}

const between = (least: number, most: number) => (seen: number) => least <= seen && seen <= most;
const positive = (seen: number) => seen > 0;

it(
  'every panel of the server has data, and every query of the exporter succeeds on a primary and on its standby',
  async () => {
    const expressions = serverRow.panels.flatMap(({ title, queries }) => queries.map(({ expr }) => ({ title, expr })));
    for (const { title, expr } of expressions) {
      while ((await prometheus.query(fillVariables(expr))).length === 0) await delay(100);
      expect(title).toBeTruthy();
    }
    expect(await value('max(pg_exporter_last_scrape_error)')).toBe(0);
    expect(await value('postgres_wal_in_recovery{job="standby"}')).toBe(1);
  },
  MINUTES,
);

it('the role of the exporter reads no table and no statistics of values', async () => {
  const url = new URL(servers.primaryUrl);
  url.username = EXPORTER_ROLE;
  const client = await servers.connect(url.href);
  await expect(client.query('TABLE accounts')).rejects.toThrow(/permission denied/);
  expect(
    (await client.query('SELECT FROM pg_stats WHERE tablename IN ($1, $2)', ['half_dead', 'full_table'])).rowCount,
  ).toBe(0);
  await client.end();
});

it(
  'a session that is idle in a transaction and has locked a table shows as the one that others wait for',
  async () => {
    const blocker = await servers.connect();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE full_table IN ACCESS EXCLUSIVE MODE');
    const waiting = (await servers.connect()).query('SELECT count(*) FROM full_table');
    await Promise.all(
      ['PostgresLockWait', 'PostgresIdleInTransaction', 'PostgresTransactionLong'].map((one) => fires(one)),
    );
    await shows('Sessions Waiting for a Lock', between(1, 1));
    for (const legend of ['blocks', 'idle', 'open']) await shows('Longest Transactions', positive, legend);
    // The exporter does not wait for the lock.
    expect(await value('pg_exporter_last_scrape_error{job="postgres"}')).toBe(0);
    await blocker.query('COMMIT');
    await waiting;
    await shows('Sessions Waiting for a Lock', between(0, 0));
  },
  MINUTES,
);

it(
  'a prepared transaction that was forgotten shows, and as the one that others wait for',
  async () => {
    await admin.query('BEGIN');
    await admin.query('UPDATE accounts SET balance = 1 WHERE id = 1');
    await admin.query("PREPARE TRANSACTION 'forgotten'");
    const waiting = (await servers.connect()).query('UPDATE accounts SET balance = 2 WHERE id = 1');
    await shows('Longest Transactions', positive, 'prepared');
    await shows('Longest Transactions', positive, 'blocks');
    await admin.query("ROLLBACK PREPARED 'forgotten'");
    await waiting;
  },
  MINUTES,
);

it(
  'who waits for an advisory lock is not counted',
  async () => {
    await admin.query('SELECT pg_advisory_lock(1)');
    const waiting = (await servers.connect()).query('SELECT pg_advisory_lock(1)');
    while ((await admin.query("SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")).rowCount === 0)
      await delay(20);
    const before = Date.now() / 1000;
    while (((await value('min(timestamp(postgres_locks_waiting{job="postgres"}))')) ?? 0) < before) await delay(100);
    expect(await value('postgres_locks_waiting{job="postgres"}')).toBe(0);
    await admin.query('SELECT pg_advisory_unlock(1)');
    await waiting;
  },
  MINUTES,
);

it(
  'deadlocks show and are an alert when they are many',
  async () => {
    const [one, other] = [await servers.connect(), await servers.connect()];
    let firing = false;
    const alert = fires('PostgresDeadlocks').then(() => (firing = true));
    while (!firing) {
      await Promise.all([one, other].map((client) => client.query('BEGIN')));
      await one.query('UPDATE accounts SET balance = 1 WHERE id = 1');
      await other.query('UPDATE accounts SET balance = 1 WHERE id = 2');
      const outcomes = await Promise.allSettled([
        one.query('UPDATE accounts SET balance = 1 WHERE id = 2'),
        other.query('UPDATE accounts SET balance = 1 WHERE id = 1'),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await Promise.all([one, other].map((client) => client.query('ROLLBACK')));
    }
    await alert;
    await shows('Deadlocks', positive);
  },
  MINUTES,
);

it(
  'dead rows and unused space show, and a table that is full has none',
  async () => {
    await fires('PostgresTableBloat');
    expect(await value('postgres_table_dead_rows{job="postgres",table="half_dead"}')).toBe(10_000);
    const unused = (table: string) =>
      value(
        `postgres_table_bloat_unused_bytes{job="postgres",table="${table}"} / on (table) postgres_table_bloat_size_bytes{job="postgres"}`,
      );
    expect(await unused('half_empty')).toBeGreaterThan(0.6);
    expect(await unused('half_empty')).toBeLessThan(0.7);
    expect(await unused('full_table')).toBeLessThan(0.05);
  },
  MINUTES,
);

it(
  'checkpoints, the hit ratio and the age of transaction ids are those of the server',
  async () => {
    const alerts = ['PostgresCheckpointsRequested', 'PostgresCacheHitRatioLow'].map((alert) => fires(alert));
    let firing = false;
    const all = Promise.all(alerts).then(() => (firing = true));
    while (!firing) {
      await admin.query('CHECKPOINT');
      await admin.query('SELECT (SELECT count(*) FROM half_dead), (SELECT count(*) FROM half_empty)');
      await delay(50);
    }
    await all;
    await shows('Checkpoints', positive, 'requested');
    await shows('Cache Hit Ratio', between(0, 1));
    await shows('Transaction Ids Used', positive);
    await fires('PostgresTransactionIdsWarning');
  },
  2 * MINUTES,
);

it(
  'a standby whose replay is stuck lags, and one that has gone is missing',
  async () => {
    const standby = await servers.connect(servers.standbyUrl);
    await standby.query('SELECT pg_wal_replay_pause()');
    await admin.query('CREATE TABLE written AS SELECT generate_series(1, 10000)');
    await fires('PostgresReplicationLag');
    await shows('Replication Lag', positive);
    await servers.stopStandby();
    await fires('PostgresStandbyMissing');
    await shows('Standbys', between(0, 0));
  },
  MINUTES,
);

it(
  'a slot without a connection keeps the log',
  async () => {
    await admin.query("SELECT pg_create_physical_replication_slot('left', true)");
    await admin.query('CREATE TABLE more AS SELECT generate_series(1, 10000)');
    await shows('Standbys', between(1, 1), 'slots');
    await shows('Replication Lag', positive, 'kept');
    await admin.query("SELECT pg_drop_replication_slot('left')");
  },
  MINUTES,
);

it(
  'connections near the limit are a page',
  async () => {
    const ordinary = new URL(servers.primaryUrl);
    ordinary.username = 'ordinary';
    await admin.query('CREATE ROLE ordinary LOGIN');
    const refused = async (): Promise<boolean> =>
      servers.connect(ordinary.href).then(
        () => false,
        () => true,
      );
    while (!(await refused()));
    await fires('PostgresConnectionsNearLimit');
    await shows('Connections of the Server', between(17, 20));
    await shows('Connections of the Server', between(17, 17), 'max');
  },
  MINUTES,
);

it(
  'an exporter that cannot connect any more is noticed',
  async () => {
    await admin.query(`ALTER ROLE ${EXPORTER_ROLE} NOLOGIN`);
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [EXPORTER_ROLE]);
    await fires('PostgresMetricsMissing');
  },
  MINUTES,
);
