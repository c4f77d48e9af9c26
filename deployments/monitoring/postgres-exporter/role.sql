-- The role of prometheus-postgres-exporter: it sees statistics and no data. For PostgreSQL 14 and later. Run it as a
-- superuser (or, with a managed server, as its administrator) in the database of the service, as often as you like:
--
--   psql "$ADMIN_DATABASE_URL" --file deployments/monitoring/postgres-exporter/role.sql
--   psql "$ADMIN_DATABASE_URL" --command '\password postgres_exporter'
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'postgres_exporter') THEN
    CREATE ROLE postgres_exporter LOGIN CONNECTION LIMIT 5;
  END IF;
END
$$;
GRANT pg_monitor TO postgres_exporter;

-- It must not wait behind the lock that it is to report, nor read for long on a server that has too much to do already.
ALTER ROLE postgres_exporter SET lock_timeout = '1s';
ALTER ROLE postgres_exporter SET statement_timeout = '5s';
ALTER ROLE postgres_exporter SET default_transaction_read_only = on;

CREATE SCHEMA IF NOT EXISTS monitoring;
REVOKE ALL ON SCHEMA monitoring FROM PUBLIC;
GRANT USAGE ON SCHEMA monitoring TO postgres_exporter;

-- The size of each table, and an estimate of the part that its rows do not need, from the statistics of ANALYZE. pg_monitor may
-- not read the widths of columns in pg_stats, which also has values of the columns: this function returns sizes only.
CREATE OR REPLACE FUNCTION monitoring.table_bloat()
  RETURNS TABLE (schema_name name, table_name name, table_bytes bigint, unused_bytes bigint)
  LANGUAGE sql
  STABLE
  SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH width AS (
    -- A row has a header of 24 bytes and a pointer of 4, and its length is a multiple of 8.
    SELECT schemaname, tablename, 4 + 8 * ceil((24 + sum((1 - null_frac) * avg_width)) / 8) AS bytes_per_row
    FROM pg_stats
    WHERE NOT inherited AND schemaname NOT IN ('pg_catalog', 'information_schema')
    GROUP BY schemaname, tablename
  ),
  estimate AS (
    SELECT n.nspname, c.relname, c.relpages::bigint AS pages, s.page_bytes,
      -- A page has a header of 24 bytes, and is filled up to the fill factor.
      ceil(greatest(c.reltuples, 0) * w.bytes_per_row / ((s.page_bytes - 24) * s.fill)) AS needed
    FROM width AS w
    JOIN pg_namespace AS n ON n.nspname = w.schemaname
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.tablename AND c.relkind IN ('r', 'm')
    CROSS JOIN LATERAL (
      SELECT current_setting('block_size')::bigint AS page_bytes,
        coalesce((SELECT option_value::numeric / 100 FROM pg_options_to_table(c.reloptions)
                  WHERE option_name = 'fillfactor'), 1) AS fill
    ) AS s
  )
  SELECT nspname, relname, pages * page_bytes, (greatest(pages - needed, 0) * page_bytes)::bigint
  FROM estimate
$$;
REVOKE ALL ON FUNCTION monitoring.table_bloat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION monitoring.table_bloat() TO postgres_exporter;

-- PostgreSQL 17 has moved the statistics of checkpoints.
CREATE OR REPLACE FUNCTION monitoring.checkpoints()
  RETURNS TABLE (timed bigint, requested bigint, seconds double precision)
  LANGUAGE plpgsql
  STABLE
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF current_setting('server_version_num')::int >= 170000 THEN
    RETURN QUERY SELECT num_timed, num_requested, (write_time + sync_time) / 1000 FROM pg_stat_checkpointer;
  ELSE
    RETURN QUERY SELECT checkpoints_timed, checkpoints_req, (checkpoint_write_time + checkpoint_sync_time) / 1000
      FROM pg_stat_bgwriter;
  END IF;
END
$$;
REVOKE ALL ON FUNCTION monitoring.checkpoints() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION monitoring.checkpoints() TO postgres_exporter;
