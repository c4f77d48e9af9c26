import { fromJson } from '../../globals';

/** A step of a plan, as far as it is read. It has the literals of the statement: never show its texts. */
export interface TreeNode {
  readonly operation: string;
  readonly depth: number;
  /** As the statement calls it; undefined for steps without one. */
  readonly table: string | undefined;
  /** How a table is read, such as `ALL` or `ref`. */
  readonly access: string | undefined;
  readonly index: string | undefined;
  readonly possibleIndexes: readonly string[];
  /** Rows that are read each time. */
  readonly rows: number | undefined;
  /** Rows that are left by the conditions, of one. */
  readonly left: number;
  readonly cost: number | undefined;
  readonly conditions: readonly (readonly [name: string, text: string])[];
  /** The tables before it in a nested loop have this many rows; 1 for the first one. */
  readonly outerRows: number;
  /** Whether rows before it are collected, so that it is read once for many of them; `hash` for a hash join. */
  readonly joinBuffer: 'flat' | 'hash' | undefined;
  /** It is in a subquery that runs for each row of the statement around it. */
  readonly dependent: boolean;
  readonly children: readonly TreeNode[];
}

type Json = Readonly<Record<string, unknown>>;

interface Place {
  readonly depth: number;
  readonly outerRows: number;
  readonly joinBuffer: TreeNode['joinBuffer'];
  readonly dependent: boolean;
}

/** Steps that are not tables, by what MariaDB or MySQL calls them. */
const STEPS: Readonly<Record<string, string>> = {
  filesort: 'filesort',
  temporary_table: 'temporary table',
  'block-nl-join': 'block nested loop join',
  materialization: 'materialization',
  union_result: 'union',
  'range-checked-for-each-record': 'range checked for each record',
};
/** What MariaDB has around a subquery that runs for each row; the second one from 11 on. */
const SUBQUERY_CACHES = new Set(['expression_cache', 'subquery_cache']);
const CONDITIONS = ['index_condition', 'attached_condition', 'having_condition', 'sort_key'] as const;
/** MariaDB numbers subqueries in a way that is the beginning of a comment in SQL. */
const SUBQUERY = /\bsubquery#\d+/g;
const MAX_DEPTH = 200;

/** @throws TypeError if it is no plan */
export function planTree(explained: unknown): {
  readonly nodes: readonly TreeNode[];
  readonly cost: number | undefined;
} {
  const json = (typeof explained === 'string' ? parsed(explained) : explained) as Json;
  const block = json['query_block'] as Json;
  const place = { depth: 0, outerRows: 1, joinBuffer: undefined, dependent: false };
  return { nodes: below(block, place), cost: number(block['cost']) ?? costOf(block) };
}

const ESCAPES = '"\\/bfnrtu';

/** MariaDB prints some characters of literals as in SQL, for example `\0`, which is no JSON. */
function parsed(text: string): unknown {
  try {
    return fromJson(text);
  } catch {
    const repaired = text.replaceAll(/\\(.)/gs, (pair, escaped: string) =>
      ESCAPES.includes(escaped) ? pair : `\\\\${escaped}`,
    );
    return fromJson(repaired);
  }
}

/** The steps in an object, which may have some on any level. */
function below(json: Json, place: Place): TreeNode[] {
  if (place.depth > MAX_DEPTH) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    if (key === 'nested_loop' && Array.isArray(value)) return loop(value as Json[], place);
    if (Array.isArray(value)) return value.filter(isObject).flatMap((one) => below(one, entered('', one, place)));
    // Instead of any step.
    if (key === 'message' && typeof value === 'string') return [node(value, {}, place)];
    return isObject(value) ? step(key, value, place) : [];
  });
}

function step(key: string, json: Json, place: Place): TreeNode[] {
  if (key === 'table') return [tableNode(json, place)];
  if (key === 'block-nl-join') {
    const joinBuffer = /H/.test(text(json['join_type']) ?? '') ? ('hash' as const) : ('flat' as const);
    return [node(STEPS[key]!, json, { ...place, joinBuffer })];
  }
  if (Object.hasOwn(STEPS, key)) return [node(STEPS[key]!, json, place)];
  if (json['using_filesort'] === true || json['using_temporary_table'] === true) return mysqlSteps(json, place);
  return below(json, entered(key, json, place));
}

/** MySQL has what it does as flags. */
function mysqlSteps({ using_filesort, using_temporary_table, ...json }: Json, place: Place): TreeNode[] {
  const names = [...(using_filesort ? ['filesort'] : []), ...(using_temporary_table ? ['temporary table'] : [])];
  const [first, second] = names as [string, string?];
  if (second === undefined) return [node(first, json, place)];
  const inner = node(second, json, { ...place, depth: place.depth + 1 });
  return [{ ...node(first, {}, place), children: [inner] }];
}

function loop(steps: readonly Json[], place: Place): TreeNode[] {
  let { outerRows } = place;
  return steps.flatMap((json) => {
    const nodes = below(json, { ...place, outerRows });
    for (const one of nodes.flatMap(tablesIn)) outerRows *= Math.max(1, (one.rows ?? 1) * one.left);
    return nodes;
  });
}

function entered(key: string, json: Json, place: Place): Place {
  const own = key === 'query_block' ? { ...place, outerRows: 1, joinBuffer: undefined } : place;
  return SUBQUERY_CACHES.has(key) || json['dependent'] === true ? { ...own, dependent: true } : own;
}

function tableNode({ message, ...json }: Json, place: Place): TreeNode {
  const access = text(json['access_type']);
  const buffer = text(json['using_join_buffer']);
  const joinBuffer = buffer === undefined ? place.joinBuffer : /hash/.test(buffer) ? 'hash' : 'flat';
  const filtered = number(json['filtered']);
  return {
    ...node(access ?? text(message) ?? 'table', json, place),
    table: text(json['table_name']),
    access,
    index: text(json['key']),
    possibleIndexes: texts(json['possible_keys']),
    rows: number(json['rows']) ?? number(json['rows_examined_per_scan']),
    left: filtered === undefined ? 1 : filtered / 100,
    cost: costOf(json),
    joinBuffer,
  };
}

function node(operation: string, json: Json, place: Place): TreeNode {
  return {
    operation,
    ...place,
    table: undefined,
    access: undefined,
    index: undefined,
    possibleIndexes: [],
    rows: undefined,
    left: 1,
    cost: undefined,
    conditions: CONDITIONS.flatMap((name) => {
      const found = text(json[name]);
      return found === undefined ? [] : [[name, found.replaceAll(SUBQUERY, 'subquery')] as const];
    }),
    children: below(json, { ...place, depth: place.depth + 1 }),
  };
}

function costOf(json: Json): number | undefined {
  const info = json['cost_info'];
  return isObject(info) ? (number(info['query_cost']) ?? number(info['prefix_cost'])) : number(json['cost']);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
/** MySQL has some of them as texts. */
const number = (value: unknown) => {
  const found = typeof value === 'string' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};

/** The step and all below it, in the order of the plan. */
export function allNodes(root: TreeNode): TreeNode[] {
  return [root, ...root.children.flatMap(allNodes)];
}

/** The tables that are read for it, without those of subqueries in them. */
export function tablesIn(root: TreeNode): TreeNode[] {
  return root.access === undefined ? root.children.flatMap(tablesIn) : [root];
}
