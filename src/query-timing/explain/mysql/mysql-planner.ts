import type { DataSource } from 'typeorm';
import { isoTime } from '../../globals';
import type { PlanNode, StatementPlan } from '../../model/statement-plan';
import { rounded } from '../estimates';
import type { Planner, PlanRequest } from '../plan-request';
import { redacted } from '../redaction';
import { SideConnection } from '../side-connection';
import { summaryOf } from '../summary';
import { findingsOf } from './findings';
import { rowsOf, type MySqlConnection } from './mysql-connector';
import { mysqlSession } from './mysql-session';
import { neutralEdits } from './neutral-values';
import { allNodes, planTree, type TreeNode } from './plan-tree';
import { changesRows, edited, readOnlyEdits } from './read-only-select';
import { readFacts } from './table-facts';
import { tablesOf } from './tables';
import { MYSQL, tokensOf, type SqlToken } from './tokens';

const MAX_NODES = 100;
/** A plan takes about six round trips, one of which plans the statement, and opening the connection. */
const GRACE_MS = 4000;

const BASIS =
  'Planned with neutral values instead of those that were sent: with the real ones, the server may choose another plan.';
const BASIS_WITHOUT_PARAMETERS = 'Planned as it was sent: it has no parameters.';
const BASIS_OF_CHANGES = 'Of a statement that changes rows, this is the plan that finds them.';

/**
 * Plans a statement in a session that only reads. Neutral values are in the place of its parameters, because the server
 * knows no plan for unknown ones. Of an UPDATE, a DELETE or an INSERT from a SELECT, the rows that it reads are planned: the
 * server refuses to explain a change in such a session. EXPLAIN may run functions of the statement.
 */
export class MySqlPlanner implements Planner {
  private readonly connection: SideConnection<MySqlConnection>;

  constructor(
    dataSource: DataSource,
    private readonly timeoutMs: number,
  ) {
    this.connection = new SideConnection(mysqlSession(dataSource, timeoutMs));
  }

  async plan(request: PlanRequest): Promise<StatementPlan | undefined> {
    const tokens = tokensOf(request.sql);
    const edits = tokens && readOnlyEdits(tokens, request.sql.length);
    if (tokens === undefined || edits === undefined) return undefined;
    const text = (pairs: boolean) => edited(request.sql, [...edits, ...neutralEdits(tokens, request.kinds, { pairs })]);
    const work = (connection: MySqlConnection) => planned(connection, tokens, text);
    const plan = await this.connection.use(work, 2 * this.timeoutMs + GRACE_MS);
    return { ...plan, basis: basisOf(request, changesRows(tokens)) };
  }

  close(): void {
    this.connection.close();
  }
}

const basisOf = ({ parameters }: PlanRequest, changes: boolean): string =>
  [parameters > 0 ? BASIS : BASIS_WITHOUT_PARAMETERS, ...(changes ? [BASIS_OF_CHANGES] : [])].join(' ');

async function planned(
  connection: MySqlConnection,
  tokens: readonly SqlToken[],
  text: (pairs: boolean) => string,
): Promise<Omit<StatementPlan, 'basis'>> {
  const single = planTree(await explained(connection, text(false)));
  const tree = isUnplanned(single.nodes) ? planTree(await explained(connection, text(true))) : single;
  const [settings] = await rowsOf(
    connection,
    'SELECT DATABASE() AS query_timing_database, @@sort_buffer_size AS buffer',
  );
  const tables = await readFacts(connection, tablesOf(tokens), nameIn(settings?.['query_timing_database']));
  const limited = tokens.some(({ text: word, depth }) => word === 'limit' && depth === 0);
  const findings = findingsOf(tree.nodes, { sortBuffer: Number(settings?.['buffer']), limited, tables });
  const shown = tree.nodes.flatMap(allNodes).slice(0, MAX_NODES).map(nodeOf);
  const cost = tree.cost === undefined ? undefined : rounded(tree.cost);
  return { summary: summaryOf(findings, shown), nodes: shown, findings, cost, capturedAt: isoTime() };
}

/** None if the connection has no current database. */
const nameIn = (database: unknown): string => (typeof database === 'string' ? database : '');

async function explained(connection: MySqlConnection, sql: string): Promise<unknown> {
  const [row] = await rowsOf(connection, `EXPLAIN FORMAT=JSON ${sql}`);
  return row?.['EXPLAIN'];
}

/** The server looked for the row of a neutral key and found none, so that it planned nothing. */
const isUnplanned = (nodes: readonly TreeNode[]): boolean =>
  nodes.flatMap(allNodes).some(({ operation }) => /const table/.test(operation));

function nodeOf({ depth, operation, table, index, rows, cost, conditions }: TreeNode): PlanNode {
  return {
    depth,
    operation: redacted(operation, MYSQL),
    table,
    index,
    rows: rows && rounded(rows),
    cost: cost && rounded(cost),
    conditions: conditions.map(([name, text]) => `${name.replaceAll('_', ' ')}: ${redacted(text, MYSQL)}`),
  };
}
