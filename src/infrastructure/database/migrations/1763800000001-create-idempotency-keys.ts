import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdempotencyKeys1763800000001 implements MigrationInterface {
  readonly name = 'CreateIdempotencyKeys1763800000001';

  /** The table may exist: the previous migration used to create it. */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS idempotency_keys (
        customer_id text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        resource_id uuid NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT idempotency_keys_pkey PRIMARY KEY (customer_id, key)
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS idempotency_keys_by_expiry ON idempotency_keys (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE idempotency_keys`);
  }
}
