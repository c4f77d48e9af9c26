import type { DataSource } from 'typeorm';
import type { PlanNode, StatementPlan } from '../../model/statement-plan';
import { isoTime } from '../../globals';
import { dialectOf } from '../../sql/dialect';
import { rounded } from '../estimates';
import type { Planner, PlanRequest } from '../plan-request';
import { redacted } from '../redaction';
import { SideConnection } from '../side-connection';
import { summaryOf } from '../summary';
import { findingsOf } from './findings';
import { verifiedFindings } from './hypothetical-indexes';
import { allNodes, planTree, type TreeNode } from './plan-tree';
import { postgresConnector, type PgClient } from './postgres-connector';
import { readFacts } from './table-facts';

const POSTGRES = dialectOf('postgres');
const NAME = 'query_timing_plan';
const MAX_NODES = 100;
/** The setting also survives a later return to the savepoint. */
const WITH_PARTITIONS = 'SET LOCAL enable_partition_pruning = off; SAVEPOINT query_timing';
/** A plan takes about seven round trips, one of which plans the statement, and opening the connection. */
const GRACE_MS = 4000;

const BASIS = 'Planned for unknown values (a generic plan): with the real ones, PostgreSQL may choose another plan.';
const BASIS_OF_PARTITIONS = 'Which partitions the values select is unknown: all of them are in the plan.';
const BASIS_WITHOUT_PARAMETERS = 'Planned as it was sent: it has no parameters.';

/**
 * Plans a statement as it was sent, with its placeholders, in a transaction that only reads and is rolled back. EXPLAIN
 * executes nothing; what the planner itself evaluates, functions declared as immutable or stable, cannot write either.
 */
export class PostgresPlanner implements Planner {
  private readonly connection: SideConnection<PgClient>;

  constructor(
    dataSource: DataSource,
    private readonly timeoutMs: number,
  ) {
    this.connection = new SideConnection(postgresConnector(dataSource));
  }

  plan(request: PlanRequest): Promise<StatementPlan> {
    const work = (client: PgClient) => inTransaction(client, this.timeoutMs, () => this.explain(client, request));
    return this.connection.use(work, 2 * this.timeoutMs + GRACE_MS);
  }

  close(): void {
    this.connection.close();
  }

  private async explain(client: PgClient, request: PlanRequest): Promise<StatementPlan> {
    const pruned = await explained(client, request);
    const hidesPartitions = allNodes(pruned).some((node) => node.pruned);
    // NULL is in no partition.
    if (hidesPartitions) await client.query({ text: WITH_PARTITIONS });
    const tree = hidesPartitions ? await explained(client, request) : pruned;
    const nodes = allNodes(tree);
    const facts = await readFacts(client, nodes);
    const found = findingsOf(tree, facts, request);
    const replan = async () => (await explained(client, request)).cost;
    const findings = await verifiedFindings(client, found, { hypopg: facts.hypopg, cost: tree.cost, replan });
    const shown = nodes.slice(0, MAX_NODES).map(nodeOf);
    return {
      summary: summaryOf(findings, shown),
      nodes: shown,
      findings,
      cost: rounded(tree.cost),
      basis: basisOf(request, hidesPartitions),
      capturedAt: isoTime(),
    };
  }
}

const basisOf = ({ parameters }: PlanRequest, hidesPartitions: boolean): string =>
  [parameters > 0 ? BASIS : BASIS_WITHOUT_PARAMETERS, ...(hidesPartitions ? [BASIS_OF_PARTITIONS] : [])].join(' ');

/** A statement that is prepared with SQL outlives the transaction, on a pooler even the connection: it is removed inside. */
async function explained(client: PgClient, { sql, parameters }: PlanRequest): Promise<TreeNode> {
  await client.query({ text: `PREPARE ${NAME} AS ${sql}`, queryMode: 'extended' });
  const values = parameters > 0 ? `(${Array<string>(parameters).fill('NULL').join(', ')})` : '';
  try {
    const { rows } = await client.query({ text: `EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE ${NAME}${values}` });
    return planTree(rows[0]?.['QUERY PLAN']);
  } catch (error) {
    await client.query({ text: 'ROLLBACK TO SAVEPOINT query_timing' });
    throw error;
  } finally {
    await client.query({ text: `DEALLOCATE ${NAME}` });
  }
}

async function inTransaction<T>(client: PgClient, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const settings = [
    `statement_timeout = ${timeoutMs}`,
    'lock_timeout = 100',
    `idle_in_transaction_session_timeout = ${timeoutMs + GRACE_MS}`,
    'plan_cache_mode = force_generic_plan',
  ];
  const begin = ['BEGIN READ ONLY', ...settings.map((one) => `SET LOCAL ${one}`), 'SAVEPOINT query_timing'];
  await client.query({ text: begin.join('; ') });
  try {
    return await work();
  } finally {
    await client.query({ text: 'ROLLBACK' });
  }
}

function nodeOf({ depth, operation, table, index, rows, cost, conditions }: TreeNode): PlanNode {
  return {
    depth,
    operation,
    table,
    index,
    rows: rounded(rows),
    cost: rounded(cost),
    conditions: conditions.map(([name, text]) => `${name}: ${redacted(text, POSTGRES)}`),
  };
}
