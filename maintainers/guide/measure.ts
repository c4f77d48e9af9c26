import { isDeepStrictEqual } from 'node:util';
import type { Bench, GuideCase, Way } from './guide-case';
import { Laboratory, type Place } from './laboratory';
import type { CaseMeasured, WayMeasured } from './measurement';
import { explain, settingsOf, worthExplaining } from './plans';
import { ServiceView } from './service-view';

export interface MeasureOptions {
  readonly rows: number;
  /** Timed runs of each way, beside the one that is counted; fewer of a way that takes long. */
  readonly runs: number;
  readonly onStep?: (step: string) => void;
}

/** No more runs of a way than fit, as long as there are so many. */
const ENOUGH_MS = 2_000;
const FEWEST_RUNS = 3;

/** Ways of one case answered differently: then the figures compare nothing. */
export class DifferentAnswers extends Error {
  override readonly name = 'DifferentAnswers';
}

/** Builds the data of a case, and looks at each of its ways. @throws DifferentAnswers */
export async function measureCase(guideCase: GuideCase, place: Place, options: MeasureOptions): Promise<CaseMeasured> {
  const { name, ways, entities = [], data } = guideCase;
  const { rows, onStep = () => undefined } = options;
  const laboratory = await Laboratory.open(place, `guide_${name.replaceAll('-', '_')}`, entities);
  try {
    onStep(`building ${rows.toLocaleString('en')} rows`);
    await laboratory.script(data(rows));
    const measured: WayMeasured[] = [];
    const answers: unknown[] = [];
    for (const way of ways) {
      onStep(way.name);
      const { answer, ...rest } = await measureWay(way, laboratory, options);
      answers.push(answer);
      measured.push(rest);
    }
    const odd = ways.find((_, index) => !isDeepStrictEqual(answers[index], answers[0]));
    if (odd && !guideCase.answersDiffer) {
      const [first, other] = [answers[0], answers[ways.indexOf(odd)]].map((answer) => JSON.stringify(answer));
      throw new DifferentAnswers(
        `${name}: "${ways[0].name}" and "${odd.name}" answer differently: ` +
          `${first?.slice(0, 300)} and ${other?.slice(0, 300)}`,
      );
    }
    return { name, rows, ways: measured };
  } finally {
    await laboratory.close();
  }
}

async function measureWay(
  way: Way,
  laboratory: Laboratory,
  { rows, runs }: MeasureOptions,
): Promise<WayMeasured & { answer: unknown }> {
  if (way.prepare) await laboratory.script(way.prepare);
  const facts: Record<string, number> = {};
  const { dataSource } = laboratory;
  const bench: Bench = {
    dataSource,
    manager: dataSource.manager,
    rows,
    somebodyElse: () => laboratory.somebodyElse(),
    untilWaiting: (sessions) => laboratory.untilWaiting(sessions),
    note: (fact, value) => void (facts[fact] = value),
  };
  const reset = async (): Promise<void> => {
    const stage = { rows, somebodyElse: bench.somebodyElse, script: (sql: string) => laboratory.script(sql) };
    if (typeof way.reset === 'function') await way.reset(stage);
    else if (way.reset) await laboratory.script(way.reset);
  };
  const run = async (): Promise<{ answer: unknown; milliseconds: number }> => {
    await reset();
    const startedAt = performance.now();
    const answer = await way.run(bench);
    const milliseconds = performance.now() - startedAt;
    await laboratory.sendOthersHome();
    return { answer, milliseconds };
  };

  // Fills the caches of both sides, and the pool.
  await run();
  const view = new ServiceView(dataSource);
  try {
    await reset();
    await laboratory.forgetCounts();
    let answer: unknown;
    const sent = await laboratory.capture(async () => (answer = await way.run(bench)));
    await laboratory.sendOthersHome();
    const counts = await laboratory.counts();
    const afterOne = await view.queries();

    const durations: number[] = [];
    const startedAt = performance.now();
    while (durations.length < runs && (durations.length < FEWEST_RUNS || performance.now() - startedAt < ENOUGH_MS)) {
      durations.push((await run()).milliseconds);
    }
    const metrics = await view.measured(afterOne);
    await reset();
    const { plans, sql, nodes } = await plansOf(way, sent, laboratory);
    await laboratory.sendOthersHome();
    return {
      name: way.name,
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
      answer,
    };
  } finally {
    view.end();
  }
}

async function plansOf(way: Way, sent: Parameters<typeof worthExplaining>[0], laboratory: Laboratory) {
  const statements = way.explain ? [{ sql: way.explain.statement, parameters: [] }] : worthExplaining(sent);
  const first = way.explain?.first ?? settingsOf(sent);
  const plans = [];
  for (const statement of statements) plans.push(await explain(laboratory.explainer, first, statement));
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
