import type { Chance } from './chance';
import type { Exposition } from './exposition';
import type { Conditions } from './scenarios';

const GIB = 2 ** 30;
const TABLES = [
  { table: 'orders', rows: 1_900_000, dead: 21_000, bytes: 0.4 * GIB },
  { table: 'order_lines', rows: 5_600_000, dead: 64_000, bytes: 0.9 * GIB },
  { table: 'products', rows: 84_000, dead: 18_500, bytes: 0.03 * GIB },
  { table: 'stored_events', rows: 1_200, dead: 9_400, bytes: 0.01 * GIB },
];
/** What the exporter reports only while the server runs. */
const OF_SERVER = /^(?:postgres_|pg_stat_)/;

/** A PostgreSQL with a standby, as prometheus-postgres-exporter reports it. */
export class SimulatedPostgres {
  private age = 183_000_000;
  private position = 61 * GIB;

  constructor(
    private readonly exposition: Exposition,
    private readonly chance: Chance,
  ) {}

  step(conditions: Conditions, seconds: number): void {
    const { exposition, chance } = this;
    exposition.set('up', 1);
    exposition.set('pg_up', conditions.isDown ? 0 : 1);
    exposition.set('pg_exporter_last_scrape_error', conditions.isDown ? 1 : 0);
    if (conditions.isDown) return exposition.forget(OF_SERVER);

    const { load, slow, blocked, blockedFor } = conditions;
    exposition.set('postgres_connections_used', Math.round(23 + 60 * slow + chance.about(1, 1)));
    exposition.set('postgres_connections_max', 97);
    exposition.set('postgres_locks_waiting', blocked);
    exposition.set('postgres_locks_longest_wait_seconds', blockedFor);
    exposition.set('postgres_locks_longest_blocker_seconds', blockedFor);
    exposition.set('postgres_transactions_longest_seconds', Math.max(blockedFor, chance.about(1.5, 0.8)));
    exposition.set('postgres_transactions_longest_idle_seconds', chance.about(0.2, 0.8));
    exposition.set('postgres_transactions_longest_prepared_seconds', 0);
    this.age += 9 * load * seconds;
    exposition.set('postgres_transaction_ids_age', this.age);
    exposition.set('postgres_transaction_ids_multixact_age', this.age / 90);
    exposition.add('postgres_checkpoints_timed_total', {}, seconds / 300);
    exposition.add('postgres_checkpoints_requested_total', {}, slow > 0.1 ? seconds / 400 : 0);
    exposition.add('postgres_checkpoints_seconds_total', {}, chance.about(0.35 * seconds));
    this.position += 220_000 * load * seconds;
    const lag = chance.about(60_000 + 4_000_000 * slow, 0.5);
    exposition.set('postgres_wal_position_bytes', this.position);
    exposition.set('postgres_wal_in_recovery', 0);
    exposition.set('postgres_replication_standbys', 1);
    exposition.set('postgres_replication_inactive_slots', 0);
    exposition.set('postgres_replication_retained_bytes', lag);
    const standby = { standby: 'standby-1', address: '10.0.4.22' };
    exposition.set('postgres_standby_lag_bytes', lag, standby);
    exposition.set('postgres_standby_position_bytes', this.position - lag, standby);
    for (const { table, rows, dead, bytes } of TABLES) {
      const labels = { schema: 'public', table };
      exposition.set('postgres_table_live_rows', rows, labels);
      exposition.set('postgres_table_dead_rows', Math.round(chance.about(dead, 0.02)), labels);
      exposition.set('postgres_table_bloat_size_bytes', bytes, labels);
      exposition.set('postgres_table_bloat_unused_bytes', bytes * (dead / (rows + dead)) * 1.4, labels);
    }
    const datname = 'ordering';
    exposition.add('pg_stat_database_deadlocks', { datname }, 0.004 * blocked * seconds);
    exposition.add('pg_stat_database_blks_hit', { datname }, chance.about(2_600 * load * seconds));
    exposition.add('pg_stat_database_blks_read', { datname }, chance.about((14 + 900 * slow) * load * seconds));
  }
}
