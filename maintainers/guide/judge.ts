import type { Expected, GuideCase, Way } from './guide-case';
import type { CaseMeasured, WayMeasured } from './measurement';

/**
 * What a case promises and its figures do not show, a line for each; the machine has no part in it. Holds the figures of
 * a test as well as those that the guide prints.
 */
export function brokenPromises(guideCase: GuideCase, measured: CaseMeasured): string[] {
  const { name, ways, fewerPages } = guideCase;
  const names = measured.ways.map((way) => way.name);
  if (names.join() !== ways.map((way) => way.name).join())
    return [`${name}: its ways are others (${names.join(', ')})`];
  const [first, last] = [measured.ways[0]!, measured.ways.at(-1)!];
  const ratio = first.pages / Math.max(1, last.pages);
  return [
    ...ways.flatMap((way, index) =>
      brokenOf(way, measured.ways[index]!, measured.rows).map((broken) => `${name}, ${way.name}: ${broken}`),
    ),
    ...(fewerPages > 1 && ratio < fewerPages
      ? [`${name}: ${first.pages} pages against ${last.pages}, which is not ${fewerPages} times fewer`]
      : []),
  ];
}

/** Of figures that were taken on many rows: the advice has to be worth it. */
export function notWorthIt({ name, noFaster }: GuideCase, { ways }: CaseMeasured): string[] {
  const [first, last] = [ways[0]!, ways.at(-1)!];
  const faster = last.milliseconds < first.milliseconds;
  return faster || noFaster ? [] : [`${name}: ${last.milliseconds} ms after ${first.milliseconds} ms`];
}

function brokenOf({ expect }: Way, measured: WayMeasured, rows: number): string[] {
  const broken: string[] = [];
  const { service, server } = measured.statements;
  const statements = valueFor(expect.statements, rows);
  if (service !== statements) broken.push(`the service counted ${service} statements, expected ${statements}`);
  const ofServer = valueFor(expect.statementsOfServer ?? expect.statements, rows);
  if (server !== ofServer) broken.push(`PostgreSQL counted ${server} statements, expected ${ofServer}`);
  let from = 0;
  for (const node of expect.plan ?? []) {
    const at = measured.nodes.findIndex((found, index) => index >= from && found.includes(node));
    if (at < 0) broken.push(`no ${node} in its place: ${measured.nodes.join(' ← ')}`);
    else from = at + 1;
  }
  for (const node of expect.without ?? []) {
    if (measured.nodes.some((found) => found.includes(node))) broken.push(`${node} in ${measured.nodes.join(' ← ')}`);
  }
  for (const [fact, expected] of Object.entries(expect.facts ?? {})) {
    const value = measured.facts[fact];
    const kept =
      typeof expected === 'object' ? (value ?? Infinity) <= expected.atMost : value === valueFor(expected, rows);
    if (!kept) broken.push(`${fact}: ${value}, expected ${JSON.stringify(expected)}`);
  }
  return broken;
}

const valueFor = (expected: Expected, rows: number): number =>
  typeof expected === 'number' ? expected : expected(rows);
