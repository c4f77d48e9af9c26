import type { Bounds, Expected, GuideCase, Variant } from './guide-case';
import type { CaseMeasured, VariantMeasured } from './measurements';

/** The expectations of a case that its figures do not meet, one line per failure. They do not depend on the machine. */
export function failedExpectations({ name, variants, fewerPages }: GuideCase, measured: CaseMeasured): string[] {
  const names = measured.variants.map((variant) => variant.name);
  if (names.join() !== variants.map((variant) => variant.name).join())
    return [`${name}: the figures have other variants (${names.join(', ')})`];
  const [first, last] = [measured.variants[0]!, measured.variants.at(-1)!];
  const ratio = first.pages / Math.max(1, last.pages);
  return [
    ...variants.flatMap((variant, index) =>
      failuresOf(variant, measured.variants[index]!, measured.rows).map(
        (failure) => `${name}, ${variant.name}: ${failure}`,
      ),
    ),
    ...(fewerPages > 1 && ratio < fewerPages
      ? [`${name}: ${first.pages} pages against ${last.pages}, which is not ${fewerPages} times fewer`]
      : []),
  ];
}

/** For figures measured on many rows: the recommended variant must be faster. */
export function failedSpeedup({ name, notFaster }: GuideCase, { variants }: CaseMeasured): string[] {
  const [first, last] = [variants[0]!, variants.at(-1)!];
  const faster = last.milliseconds < first.milliseconds;
  return faster || notFaster ? [] : [`${name}: ${last.milliseconds} ms after ${first.milliseconds} ms`];
}

function failuresOf({ expect }: Variant, measured: VariantMeasured, rows: number): string[] {
  const failures: string[] = [];
  const { service, server } = measured.statements;
  const statements = valueFor(expect.statements, rows);
  if (service !== statements) failures.push(`the service counted ${service} statements, expected ${statements}`);
  const ofServer = valueFor(expect.statementsOfServer ?? expect.statements, rows);
  if (server !== ofServer) failures.push(`PostgreSQL counted ${server} statements, expected ${ofServer}`);
  let from = 0;
  for (const node of expect.plan ?? []) {
    const at = measured.nodes.findIndex((found, index) => index >= from && found.includes(node));
    if (at < 0) failures.push(`no ${node} at its position: ${measured.nodes.join(' ← ')}`);
    else from = at + 1;
  }
  for (const node of expect.without ?? []) {
    if (measured.nodes.some((found) => found.includes(node))) failures.push(`${node} in ${measured.nodes.join(' ← ')}`);
  }
  for (const [fact, expected] of Object.entries(expect.facts ?? {})) {
    const value = measured.facts[fact];
    if (!isAsExpected(value, expected, rows)) failures.push(`${fact}: ${value}, expected ${JSON.stringify(expected)}`);
  }
  return failures;
}

function isAsExpected(value: number | undefined, expected: Expected | Bounds, rows: number): boolean {
  if (typeof expected !== 'object') return value === valueFor(expected, rows);
  const { atLeast = -Infinity, atMost = Infinity } = expected;
  return value !== undefined && value >= atLeast && value <= atMost;
}

const valueFor = (expected: Expected, rows: number): number =>
  typeof expected === 'number' ? expected : expected(rows);
