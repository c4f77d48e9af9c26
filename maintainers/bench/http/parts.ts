/** The part of V8's CPU profile that is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  /** A node's id per sample. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

const packages = (...names: string[]): RegExp => new RegExp(`/node_modules/(?:${names.join('|')})/`);
const folders = (...names: string[]): RegExp => new RegExp(`/dist/(?:${names.join('|')})`);

/** A part of a server, and the files whose time is its own. The first that matches owns a file. */
const PARTS: readonly (readonly [part: string, files: RegExp])[] = [
  ['query timing', folders('query-timing')],
  ['token and guard', /\/dist\/infrastructure\/auth|\/node_modules\/jose\//],
  ['validation', /\/dist\/infrastructure\/http\/(?:validation|page|value|money)|\/node_modules\/zod\//],
  [
    'log line',
    /\/dist\/infrastructure\/observability\/(?:access-log|log|redaction)|\/node_modules\/(?:pino|sonic-boom)/,
  ],
  ['request context', folders('infrastructure/observability/request-context')],
  ['metrics', /\/dist\/infrastructure\/(?:observability|management)|\/node_modules\/(?:@willsoto|prom-client)/],
  ['headers, limits, problems', folders('infrastructure/http/(?!ordering)')],
  ['pool, preparation, transactions', folders('infrastructure/database/(?!ordering)')],
  ['the feature itself', folders('(?:domain|application|features|infrastructure)')],
  ['neverthrow', packages('neverthrow')],
  ['TypeORM', packages('typeorm')],
  ['pg', packages('pg', 'pg-\\w+', 'postgres-\\w+')],
  ['Nest', packages('@nestjs', 'rxjs', 'reflect-metadata')],
  ['Fastify', packages('fastify', '@fastify', 'find-my-way', 'avvio', 'fast-\\w+', 'secure-json-parse', 'helmet')],
  ['the bare server itself', /\/bench-http\//],
];
/** Node's own HTTP, sockets and event loop, where no part has called them. */
const REST = 'Node itself';
const GARBAGE = 'garbage collection';
const IDLE = new Set(['(idle)', '(root)']);

/** Microseconds of the main thread by part, the largest first. What a part calls in Node and V8 belongs to the part. */
export function timeByPart({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<string, number> {
  const partOf = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (id: number, caller: string): void => {
    const { callFrame, children = [] } = byId.get(id)!;
    const part = partOfFrame(callFrame) ?? caller;
    partOf.set(id, part);
    for (const child of children) visit(child, part);
  };
  visit(nodes[0]!.id, REST);
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    if (IDLE.has(byId.get(id)!.callFrame.functionName)) continue;
    const part = partOf.get(id)!;
    times.set(part, (times.get(part) ?? 0) + timeDeltas[index]!);
  }
  return new Map([...times].sort(([, a], [, b]) => b - a));
}

function partOfFrame({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(garbage collector)') return GARBAGE;
  return PARTS.find(([, files]) => files.test(url))?.[0];
}
