import { fromJson, toJson } from '../../globals';

/** A node of PostgreSQL's plan, as far as it is read. It has the literals of the statement: never show its texts. */
export interface TreeNode {
  readonly operation: string;
  readonly depth: number;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly alias: string | undefined;
  readonly index: string | undefined;
  readonly rows: number;
  /** Bytes of a row. */
  readonly width: number;
  readonly cost: number;
  readonly filter: string | undefined;
  readonly indexCondition: string | undefined;
  readonly joinFilter: string | undefined;
  readonly hashCondition: string | undefined;
  readonly sortKeys: readonly string[];
  /** All conditions, each with its name. */
  readonly conditions: readonly (readonly [name: string, text: string])[];
  /** It is in a subquery that runs for each row of the statement around it. */
  readonly perRow: boolean;
  /** The executor has left out partitions, which a value selects. */
  readonly pruned: boolean;
  readonly children: readonly TreeNode[];
}

type Json = Readonly<Record<string, unknown>>;

/** What is shown of a node, apart from its figures. Everything else in a plan is dropped. */
const CONDITIONS = [
  'Index Cond',
  'Recheck Cond',
  'Hash Cond',
  'Merge Cond',
  'TID Cond',
  'Order By',
  'Join Filter',
  'One-Time Filter',
  'Filter',
  'Sort Key',
  'Presorted Key',
  'Group Key',
] as const;

const MAX_DEPTH = 200;

/** @throws TypeError if it is no plan */
export function planTree(explained: unknown): TreeNode {
  const [first] = (typeof explained === 'string' ? fromJson(explained) : explained) as Json[];
  return nodeOf(first!['Plan'] as Json, 0, false);
}

function nodeOf(json: Json, depth: number, perRow: boolean): TreeNode {
  const children = depth < MAX_DEPTH ? ((json['Plans'] ?? []) as Json[]) : [];
  return {
    operation: operationOf(json),
    depth,
    schema: text(json['Schema']),
    table: text(json['Relation Name']),
    alias: text(json['Alias']),
    index: text(json['Index Name']),
    rows: number(json['Plan Rows']),
    width: number(json['Plan Width']),
    cost: number(json['Total Cost']),
    filter: text(json['Filter']),
    indexCondition: text(json['Index Cond']),
    joinFilter: text(json['Join Filter']),
    sortKeys: texts(json['Sort Key']),
    conditions: CONDITIONS.flatMap((name) => {
      const found = Array.isArray(json[name]) ? texts(json[name]).join(', ') : text(json[name]);
      return found === undefined || found === '' ? [] : [[name, found] as const];
    }),
    hashCondition: text(json['Hash Cond']),
    perRow,
    pruned: number(json['Subplans Removed']) > 0,
    children: children.map((child) => nodeOf(child, depth + 1, isPerRow(child, json, perRow))),
  };
}

/** A subplan runs for each row, unless its rows are kept. */
function isPerRow(child: Json, { Plans: _, ...parent }: Json, perRow: boolean): boolean {
  if (parent['Node Type'] === 'Materialize') return false;
  if (child['Parent Relationship'] !== 'SubPlan') return perRow;
  return !new RegExp(`hashed ${text(child['Subplan Name'])}\\b`).test(toJson(parent));
}

/** As EXPLAIN prints it. */
function operationOf(json: Json): string {
  const type = text(json['Node Type']) ?? 'Node';
  const name = type === 'ModifyTable' ? (text(json['Operation']) ?? type) : type;
  const join = text(json['Join Type']);
  const joined = join === undefined || join === 'Inner' ? name : `${name.replace(/ Join$/, '')} ${join} Join`;
  return json['Parallel Aware'] === true ? `Parallel ${joined}` : joined;
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
const number = (value: unknown) => (typeof value === 'number' ? value : 0);

/** The node and all below it, in the order of EXPLAIN. */
export function allNodes(root: TreeNode): TreeNode[] {
  return [root, ...root.children.flatMap(allNodes)];
}
