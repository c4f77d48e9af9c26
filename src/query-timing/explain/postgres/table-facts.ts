import { fromJson } from '../../globals';
import type { PgClient } from './postgres-connector';
import type { TreeNode } from './plan-tree';

/** What the system tables say about a table. Names are quoted where SQL needs it. */
export interface TableFacts {
  readonly schema: string;
  readonly name: string;
  /** Schema and name, quoted. */
  readonly qualified: string;
  /** Of a partition: schema and name of the table that is partitioned. */
  readonly root: string | null;
  /** At the last ANALYZE; -1 before the first one. */
  readonly rows: number;
  readonly live: number;
  readonly changed: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly indexes: readonly IndexFacts[];
  /** Foreign keys of other tables that refer to it, without an index on their columns. */
  readonly unindexedKeys: readonly {
    readonly table: string;
    readonly columns: readonly string[];
    readonly rows: number;
  }[];
}

export interface IndexFacts {
  readonly name: string;
  readonly method: string;
  readonly partial: boolean;
  /** Columns and expressions, as PostgreSQL prints them. */
  readonly keys: readonly string[];
  readonly operatorClasses: readonly string[];
}

export interface ServerFacts {
  readonly version: number;
  readonly workMem: number;
  /** The schema of HypoPG, quoted, if it is installed. */
  readonly hypopg: string | null;
  readonly tables: readonly TableFacts[];
}

const SQL = `
SELECT pg_catalog.json_build_object(
  'version', pg_catalog.current_setting('server_version_num')::int,
  'workMem', pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')),
  'hypopg', (SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension e
               JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg'),
  'tables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', n.nspname, 'name', c.relname,
    'qualified', pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
    'root', (SELECT pg_catalog.quote_ident(rn.nspname) || '.' || pg_catalog.quote_ident(r.relname)
               FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
              WHERE c.relispartition AND r.oid = pg_catalog.pg_partition_root(c.oid)),
    'rows', c.reltuples,
    'live', pg_catalog.pg_stat_get_live_tuples(c.oid),
    'changed', pg_catalog.pg_stat_get_mod_since_analyze(c.oid),
    'columns', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', pg_catalog.quote_ident(a.attname), 'type', a.atttypid::pg_catalog.regtype::text))
      FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'indexes', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', ic.relname, 'method', am.amname, 'partial', i.indpred IS NOT NULL,
        'keys', ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
                        FROM pg_catalog.generate_series(1, i.indnkeyatts) AS k ORDER BY k),
        'operatorClasses', ARRAY(SELECT o.opcname FROM pg_catalog.unnest(i.indclass::oid[]) AS u (id)
                                   JOIN pg_catalog.pg_opclass o ON o.oid = u.id)))
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
      JOIN pg_catalog.pg_am am ON am.oid = ic.relam WHERE i.indrelid = c.oid AND i.indisvalid),
    'unindexedKeys', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'table', pg_catalog.quote_ident(rn.nspname) || '.' || pg_catalog.quote_ident(r.relname), 'rows', r.reltuples,
        'columns', ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.unnest(f.conkey) WITH ORDINALITY AS k (num, place)
                           JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.num ORDER BY k.place)))
      FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class r ON r.oid = f.conrelid
      JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
      WHERE f.contype = 'f' AND f.confrelid = c.oid AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = f.conrelid AND i.indisvalid AND i.indpred IS NULL
           AND f.conkey <@ (i.indkey::int2[])[0:pg_catalog.array_length(f.conkey, 1) - 1])))) AS facts
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname, c.relname) IN (SELECT t.s, t.n FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS t (s, n)))
)::text AS query_timing_facts`;

export async function readFacts(client: PgClient, nodes: readonly TreeNode[]): Promise<ServerFacts> {
  const tables = new Map(
    nodes.flatMap(({ schema, table }) => (schema && table ? [[`${schema}.${table}`, [schema, table]] as const] : [])),
  );
  const names = [...tables.values()];
  const { rows } = await client.query({ text: SQL, values: [names.map(([s]) => s), names.map(([, n]) => n)] });
  const facts = fromJson(rows[0]!['query_timing_facts'] as string) as Json;
  return {
    ...facts,
    tables: (facts.tables ?? []).map((table) => ({
      ...table,
      columns: table.columns ?? [],
      indexes: table.indexes ?? [],
      unindexedKeys: table.unindexedKeys ?? [],
    })),
  };
}

/** An aggregate of nothing is null. */
type Nullable<T> = { readonly [Key in keyof T]: T[Key] | null };
type Json = Omit<ServerFacts, 'tables'> & {
  readonly tables: readonly (TableFacts & Nullable<Pick<TableFacts, 'columns' | 'indexes' | 'unindexedKeys'>>)[] | null;
};
