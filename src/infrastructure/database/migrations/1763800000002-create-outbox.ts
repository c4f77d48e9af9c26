import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOutbox1763800000002 implements MigrationInterface {
  readonly name = 'CreateOutbox1763800000002';

  async up(runner: QueryRunner): Promise<void> {
    // Each row is changed and deleted soon: its space is to be reclaimed soon, too.
    await runner.query(`
      CREATE TABLE outbox_events (
        position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_events_pkey PRIMARY KEY,
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        type text NOT NULL,
        aggregate_type text NOT NULL,
        aggregate_id text NOT NULL,
        occurred_at timestamptz NOT NULL,
        data json NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        claims integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        last_error text,
        dead_at timestamptz
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`);
    await runner.query(`CREATE INDEX outbox_events_by_due ON outbox_events (due_at)`);
    await runner.query(
      `CREATE INDEX outbox_events_by_aggregate ON outbox_events (aggregate_type, aggregate_id, position)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE outbox_events`);
  }
}
