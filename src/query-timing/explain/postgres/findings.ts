import type { PlanFinding } from '../../model/statement-plan';
import { dialectOf } from '../../sql/dialect';
import { rowsText } from '../estimates';
import { redacted } from '../redaction';
import type { PlanRequest } from '../plan-request';
import type { Finding } from './condition-findings';
import { quoted } from './conditions';
import { estimateFindings } from './estimate-findings';
import { conditionsOf } from './node-conditions';
import { allNodes, type TreeNode } from './plan-tree';
import { rowsOf, scanFindings } from './scan-findings';
import { limitOver, MIN_ROWS, sortFindings } from './sort-findings';
import { indexFor, isEquality, isRange } from './suggested-index';
import type { ServerFacts, TableFacts } from './table-facts';

const POSTGRES = dialectOf('postgres');
const MAX_FINDINGS = 5;
const SKIP_SCAN_VERSION = 180_000;

/** What in a plan makes the statement slow, without a word about literals. */
export function findingsOf(root: TreeNode, facts: ServerFacts, request: PlanRequest): PlanFinding[] {
  const nodes = allNodes(root);
  const parents = new Map(nodes.flatMap((node) => node.children.map((child) => [child, node] as const)));
  const tableOf = ({ table, schema }: TreeNode) =>
    facts.tables.find((one) => one.name === table && one.schema === schema);
  const found = nodes.flatMap((node) => {
    const table = tableOf(node);
    return [
      ...(table ? scanFindings(node, table, parents) : []),
      ...(table ? indexFindings(node, table, facts.version) : []),
      ...(table ? leftFindings(node, table) : []),
      ...notInFindings(node),
      ...sortFindings(node, facts, tableOf, limitOver(node, parents)),
      ...(table && node.operation === 'Delete' ? foreignKeyFindings(table) : []),
    ];
  });
  const statistics = facts.tables.flatMap(statisticsFindings);
  const estimates = estimateFindings(root, request);
  // Partitions have one index in common.
  const distinct = new Map<string, Finding>();
  for (const one of [...found, ...statistics, ...estimates]) {
    const key = `${one.kind} ${one.index ?? one.message}`;
    if (!distinct.has(key)) distinct.set(key, one);
  }
  return [...distinct.values()]
    .slice(0, MAX_FINDINGS)
    .map((one) => ({ index: undefined, verified: undefined, ...one }));
}

/** An index finds many rows, of which a filter leaves few. */
function leftFindings(node: TreeNode, table: TableFacts): Finding[] {
  const [scanned] = node.children;
  if (node.filter === undefined || scanned?.operation !== 'Bitmap Index Scan' || scanned.rows < MIN_ROWS) return [];
  if (node.rows * 10 > scanned.rows) return [];
  const conditions = [scanned.indexCondition, node.filter].flatMap((text) => conditionsOf(node, text, table));
  const index = indexFor(table, conditions);
  const left = `leaves ${rowsText(node.rows)} of ${rowsText(scanned.rows)} that ${quoted(scanned.index ?? '')} finds`;
  const hint = index && `an index with these columns: ${index}`;
  return [{ kind: 'index-not-used', message: `${redacted(node.filter, POSTGRES)} ${left}`, hint, index }];
}

/** An index is read, but not from where the rows are. */
function indexFindings(node: TreeNode, table: TableFacts, version: number): Finding[] {
  const scanned = [node, ...node.children].find(({ index, indexCondition }) => index && indexCondition);
  const index = table.indexes.find(({ name }) => name === scanned?.index);
  if (!index || index.method !== 'btree' || index.keys.length < 2 || rowsOf(table) < MIN_ROWS) return [];
  const conditions = conditionsOf(node, scanned!.indexCondition, table);
  const used = (key: string) => conditions.filter(({ column }) => column === key);
  const [first, ...others] = index.keys as [string, ...string[]];
  const later = others.filter((key) => used(key).some(isEquality));
  const isUnused = used(first).length === 0 && version < SKIP_SCAN_VERSION;
  const isRangeFirst = used(first).length > 0 && used(first).every(isRange) && later.length > 0;
  if (!isUnused && !isRangeFirst) return [];
  const why = isUnused ? 'the statement does not restrict' : 'the statement restricts to a range';
  const suggested = indexFor(table, conditions);
  return [
    {
      kind: 'index-not-used',
      message: `reads more of ${quoted(index.name)} than it needs: its first column is ${first}, which ${why}`,
      hint: `put columns compared with = first${suggested ? `: ${suggested}` : ''}`,
      index: suggested,
    },
  ];
}

function notInFindings({ filter, operation }: TreeNode): Finding[] {
  if (filter === undefined || !/\(?NOT \(?(?:\(?hashed )?(?:SubPlan|ANY)|<> ALL \(SubPlan/.test(filter)) return [];
  return [
    {
      kind: 'not-in',
      message: `compares each row of a ${operation} with the whole list of a NOT IN`,
      hint: 'write NOT EXISTS, which becomes an anti join and does not return nothing when the list has a NULL',
    },
  ];
}

/** A plan does not show it: PostgreSQL searches the referencing tables for each deleted row. */
function foreignKeyFindings({ unindexedKeys, name }: TableFacts): Finding[] {
  return unindexedKeys
    .filter(({ rows }) => rows >= MIN_ROWS)
    .map(({ table, columns, rows }) => {
      const index = `CREATE INDEX ON ${table} (${columns.join(', ')})`;
      return {
        kind: 'foreign-key',
        message: `reads all ${rowsText(rows)} of ${table} for each deleted row of ${quoted(name)}: its foreign key (${columns.join(', ')}) has no index`,
        hint: `PostgreSQL does not create that index: ${index}`,
        index,
      };
    });
}

/** The planner's figures are old, or there are none. */
function statisticsFindings({ rows, live, changed, qualified }: TableFacts): Finding[] {
  const isUnknown = rows < 0 && live >= MIN_ROWS;
  const isOld = rows >= 0 && changed > Math.max(MIN_ROWS, rows / 2);
  if (!isUnknown && !isOld) return [];
  const since = isUnknown
    ? 'has no statistics'
    : `has ${rowsText(changed)} that changed since its statistics were made`;
  return [
    { kind: 'statistics', message: `${qualified} ${since}, so its estimates are wrong`, hint: `ANALYZE ${qualified}` },
  ];
}
