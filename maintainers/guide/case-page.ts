import { codeOf, dedent, readableSql } from './case-code';
import { cases } from './cases';
import type { GuideCase } from './guide-case';
import { escaped } from './index-pages';
import type { Measurements, RecordedCase, VariantMeasured } from './measurements';
import { duration, figureRows, whole } from './report';

type Part = (guideCase: GuideCase, recorded: RecordedCase | undefined) => string;

/** What is generated in the page of a case, by the name of its mark. */
export const casePage: Readonly<Record<string, Part | undefined>> = { summary, statements, figures };

function summary({ symptom, fix, notFaster, keywords }: GuideCase, recorded: RecordedCase | undefined): string {
  const [first, last] = [recorded?.variants[0], recorded?.variants.at(-1)];
  const lines = keywords.includes('myth')
    ? [`**Fact:** ${escaped(fix)}.`, `**Myth:** ${escaped(symptom.replace(/^myth: /, ''))}.`]
    : [`**Fix:** ${escaped(fix)}.`, `**Symptom:** ${escaped(symptom)}.`];
  if (!recorded || !first || !last) return lines.join('\n\n');
  const change = (of: (variant: VariantMeasured) => number): string => `${whole(of(first))} → ${whole(of(last))}`;
  const facts = Object.keys(first.facts).filter((fact) => fact in last.facts);
  const changes = [
    ...facts.map((fact) => `${fact}: ${change((variant) => variant.facts[fact]!)}`),
    // Where the variants are equally fast, the difference between their times is noise.
    ...(notFaster && facts.length > 0 ? [] : [`${duration(first.milliseconds)} → ${duration(last.milliseconds)}`]),
    ...(first.pages === last.pages ? [] : [`${change(({ pages }) => pages)} pages`]),
    ...(first.statements.service === last.statements.service
      ? []
      : [`${change((variant) => variant.statements.service)} statements`]),
  ];
  return [...lines, `**Measured:** ${changes.join(', ')}; ${whole(recorded.rows)} rows in the table.`].join('\n\n');
}

function statements(guideCase: GuideCase, recorded: RecordedCase | undefined): string {
  const { name, variants, keywords, notFaster } = guideCase;
  const isMyth = keywords.includes('myth');
  const parts = variants.map((variant, index) => {
    const first = notFaster ? '' : ' (slow)';
    const role = index === 0 ? first : index === variants.length - 1 ? ' (recommended)' : '';
    const code = codeOf(name, index);
    const isRepeated = index > 0 && code === codeOf(name, index - 1);
    const measured = recorded?.variants[index];
    const sql = (measured?.sql ?? []).filter((statement) => !isVisibleIn(code, statement));
    return [
      `### ${escaped(variant.name)}${isMyth ? '' : role}`,
      ...(variant.prepare ? [block('sql', dedent(variant.prepare))] : []),
      isRepeated ? 'The code does not change.' : block('ts', code),
      ...(sql.length > 0 && !isRepeated ? ['The SQL:', block('sql', sql.map(readableSql).join(';\n\n'))] : []),
      ...(measured ? [plansOf(measured)] : []),
    ].join('\n\n');
  });
  return parts.join('\n\n');
}

const withoutSpace = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** The code of a raw query shows its SQL. */
const isVisibleIn = (code: string, sql: string): boolean => withoutSpace(code).includes(withoutSpace(sql).trim());

const MAX_PLAN_LINES = 24;

function plansOf({ plans }: VariantMeasured): string {
  const text = plans.map((plan) => plan.replace(/\nPlanning:\n(?: +.*\n?)*$/, '').trimEnd()).join('\n\n');
  if (text === '') return '';
  const shown = block('text', text);
  return text.split('\n').length <= MAX_PLAN_LINES
    ? shown
    : `<details><summary>Plans</summary>\n\n${shown}\n\n</details>`;
}

function figures({ name }: GuideCase, recorded: RecordedCase | undefined): string {
  if (!recorded) return `\`npm run guide -- ${name} --write\` measures this case.`;
  const { environment, variants, rows } = recorded;
  const table = [
    ['', ...variants.map((variant) => variant.name)],
    ['---', ...variants.map(() => '---:')],
    ...figureRows(recorded),
  ].map((cells) => `| ${cells.map(escaped).join(' | ')} |`);
  const logged = variants.find(({ metrics }) => metrics.slowLog);
  return [
    table.join('\n'),
    ...(logged
      ? [`The slow-query log of "${logged.name}":`, block('json', JSON.stringify(logged.metrics.slowLog))]
      : []),
    `_${whole(rows)} rows, ${environment.postgres}, ${environment.machine}, ${environment.date}._`,
    `Run it: \`npm run guide -- ${name}\``,
  ].join('\n\n');
}

const block = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

/** A figure in a sentence: `keyset-pagination.first.pages`, `…` before the first measurement. @throws when there is no such figure */
export function figureOf(name: string, measurements: Measurements): string {
  const [caseName = '', position, what] = name.split('.');
  const variants = measurements.get(caseName)?.variants;
  if (!variants && cases.some((guideCase) => guideCase.name === caseName)) return '…';
  const variant =
    position === 'first' ? variants?.[0] : position === 'last' ? variants?.at(-1) : variants?.[Number(position) - 1];
  if (variant && what === 'time') return duration(variant.milliseconds);
  if (variant && what === 'p95') return duration(variant.metrics.p95Ms);
  if (variant && what === 'pages') return whole(variant.pages);
  if (variant && what === 'statements') return whole(variant.statements.service);
  if (variant && what === 'rows') return whole(variant.rows);
  if (variant && what === 'temporary') return whole(variant.temporaryPages);
  const fact = what?.replaceAll('_', ' ') ?? '';
  if (variant && fact in variant.facts) return whole(variant.facts[fact]!);
  throw new Error(`There is no figure ${name}.`);
}
