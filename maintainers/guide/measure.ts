import { isDeepStrictEqual } from 'node:util';
import { CaseSchema, type DatabaseUrls } from './case-schema';
import type { CaseContext, GuideCase, Variant } from './guide-case';
import type { CaseMeasured, VariantMeasured } from './measurements';
import { explain, settingsOf, worthExplaining } from './plans';
import { ServiceView } from './service-view';

export interface MeasureOptions {
  readonly rows: number;
  /** Timed runs of each variant, after the one that is counted; fewer if they take long. */
  readonly runs: number;
  readonly onStep?: (step: string) => void;
}

/** A variant is timed until either its runs or this time is used up, and at least {@link MIN_RUNS} times. */
const TIME_BUDGET_MS = 2_000;
const MIN_RUNS = 3;

/** The variants of a case returned different results, so their figures cannot be compared. */
export class DifferentResultsError extends Error {
  override readonly name = 'DifferentResultsError';
}

/** Creates the data of a case and measures each of its variants. @throws DifferentResultsError */
export async function measureCase(
  guideCase: GuideCase,
  urls: DatabaseUrls,
  options: MeasureOptions,
): Promise<CaseMeasured> {
  const { name, variants, entities = [], data } = guideCase;
  const { rows, onStep = () => undefined } = options;
  const schema = await CaseSchema.open(urls, `guide_${name.replaceAll('-', '_')}`, entities);
  try {
    onStep(`creating ${rows.toLocaleString('en')} rows`);
    await schema.script(data(rows));
    const measured: VariantMeasured[] = [];
    const results: unknown[] = [];
    for (const variant of variants) {
      onStep(variant.name);
      const { result, ...rest } = await measureVariant(variant, schema, options);
      results.push(result);
      measured.push(rest);
    }
    const different = variants.find((_, index) => !isDeepStrictEqual(results[index], results[0]));
    if (different && !guideCase.resultsDiffer) {
      const [first, other] = [results[0], results[variants.indexOf(different)]].map((result) => JSON.stringify(result));
      throw new DifferentResultsError(
        `${name}: "${variants[0].name}" and "${different.name}" return different results: ` +
          `${first?.slice(0, 300)} and ${other?.slice(0, 300)}`,
      );
    }
    return { name, rows, variants: measured };
  } finally {
    await schema.close();
  }
}

async function measureVariant(
  variant: Variant,
  schema: CaseSchema,
  { rows, runs }: MeasureOptions,
): Promise<VariantMeasured & { result: unknown }> {
  if (variant.prepare) await schema.script(variant.prepare);
  const facts: Record<string, number> = {};
  const { dataSource } = schema;
  const context: CaseContext = {
    dataSource,
    manager: dataSource.manager,
    rows,
    otherSession: () => schema.otherSession(),
    waitForBlocked: (sessions) => schema.waitForBlocked(sessions),
    record: (fact, value) => void (facts[fact] = value),
  };
  const reset = async (): Promise<void> => {
    const resetContext = { rows, otherSession: context.otherSession, script: (sql: string) => schema.script(sql) };
    if (typeof variant.reset === 'function') await variant.reset(resetContext);
    else if (variant.reset) await schema.script(variant.reset);
  };
  const run = async (): Promise<{ result: unknown; milliseconds: number }> => {
    await reset();
    const startedAt = performance.now();
    const result = await variant.run(context);
    const milliseconds = performance.now() - startedAt;
    await schema.closeOtherSessions();
    return { result, milliseconds };
  };

  // Warms up the caches of client and server, and the pool.
  await run();
  const view = new ServiceView(dataSource);
  try {
    await reset();
    await schema.resetCounts();
    let result: unknown;
    const sent = await schema.capture(async () => (result = await variant.run(context)));
    await schema.closeOtherSessions();
    const counts = await schema.counts();
    const afterOne = await view.queries();

    const durations: number[] = [];
    const startedAt = performance.now();
    while (durations.length < runs && (durations.length < MIN_RUNS || performance.now() - startedAt < TIME_BUDGET_MS)) {
      durations.push((await run()).milliseconds);
    }
    const metrics = await view.measured(afterOne);
    await reset();
    const { plans, sql, nodes } = await plansOf(variant, sent, schema);
    await schema.closeOtherSessions();
    return {
      name: variant.name,
      statements: { service: Object.values(afterOne).reduce((sum, one) => sum + one, 0), server: counts.statements },
      rows: counts.rows,
      pages: counts.pages,
      temporaryPages: counts.temporaryPages,
      milliseconds: median(durations),
      facts,
      nodes,
      plans,
      sql,
      metrics,
      result,
    };
  } finally {
    view.end();
  }
}

async function plansOf(variant: Variant, sent: Parameters<typeof worthExplaining>[0], schema: CaseSchema) {
  const statements = variant.explain ? [{ sql: variant.explain.statement, parameters: [] }] : worthExplaining(sent);
  const first = variant.explain?.first ?? settingsOf(sent);
  const plans = [];
  for (const statement of statements) plans.push(await explain(schema.explainer, first, statement));
  return {
    plans: plans.map(({ text }) => text),
    nodes: plans.flatMap(({ nodes }) => nodes),
    sql: statements.map(({ sql }) => sql),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
