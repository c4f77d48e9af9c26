import { cases } from '../../../maintainers/guide/cases';
import { CaseSchema } from '../../../maintainers/guide/case-schema';
import type { CaseContext, Variant } from '../../../maintainers/guide/guide-case';
import type { PlanFinding } from '../../../src/query-timing/index';
import { capturing } from '../../query-timing/explain/capturing';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

interface Expected {
  readonly name: string;
  readonly kind: PlanFinding['kind'];
  readonly words: RegExp;
}

/** What the plan of the slow variant says, and that of the recommended one does not. */
const WORDS: readonly Expected[] = [
  { name: 'missing-index', kind: 'sequential-scan', words: /reads all .* rows of orders .*\(customer_id\)/ },
  {
    name: 'index-column-order',
    kind: 'index-not-used',
    words: /orders_by_time .* first column is placed_at.*\(customer_id, placed_at\)/,
  },
  {
    name: 'expression-index',
    kind: 'index-not-used',
    words: /lower\(\) is applied to email.*\(\(lower\(email\)\)\)/,
  },
  { name: 'like-prefix', kind: 'index-not-used', words: /\(sku text_pattern_ops\)/ },
  { name: 'like-anywhere', kind: 'index-not-used', words: /USING gin \(name gin_trgm_ops\)/ },
  { name: 'sargable-filter', kind: 'index-not-used', words: /date_trunc\(\) is applied to placed_at/ },
  {
    name: 'jsonb-containment',
    kind: 'index-not-used',
    words: /payload is read with ->>?.*USING gin \(payload jsonb_path_ops\)/,
  },
  { name: 'foreign-key-index', kind: 'foreign-key', words: /its foreign key \(coupon_id\) has no index/ },
  { name: 'not-in-subquery', kind: 'not-in', words: /NOT EXISTS/ },
  {
    name: 'sort-for-first-rows',
    kind: 'sort',
    words: /sorts .* to return the first of them.*\(total_amount DESC, id\)/,
  },
  {
    name: 'subquery-per-row',
    kind: 'nested-loop',
    words: /for each row of the statement around it, reads all .* rows of orders .*\(customer_id\)/,
  },
  { name: 'dependent-columns', kind: 'estimate', words: /finds ~2,000 rows: wrong by a factor of .*CREATE STATISTICS/ },
  { name: 'stale-statistics', kind: 'statistics', words: /basket_lines has .* that changed since its statistics/ },
];

let database: ScratchDatabase;
beforeAll(async () => {
  database = await createScratchDatabase();
});
afterAll(() => database.drop());

describe('the plan of a case of the guide says what is slow, and no longer after the fix', () => {
  it.each(WORDS)(
    '$name: $kind',
    async ({ name, kind, words }) => {
      const { data, variants, entities = [], testRows } = cases.find((one) => one.name === name)!;
      const schema = await CaseSchema.open(database, `plans_${name.replaceAll('-', '_')}`, entities);
      try {
        // Otherwise the server may count the rows after ANALYZE has.
        await schema.script(`${data(testRows)}\nSELECT pg_stat_force_next_flush();\nSELECT 1;`);
        const [slow, fast] = [variants[0], variants.at(-1)!];
        expect(await findings(schema, slow, testRows)).toContainEqual([kind, expect.stringMatching(words)]);
        expect((await findings(schema, fast, testRows)).map(([, text]) => text)).not.toContainEqual(
          expect.stringMatching(words),
        );
      } finally {
        await schema.close();
      }
    },
    60_000,
  );
});

async function findings(schema: CaseSchema, variant: Variant, rows: number): Promise<[string, string][]> {
  if (variant.prepare) await schema.script(variant.prepare);
  if (typeof variant.reset === 'string') await schema.script(variant.reset);
  const { timing, plansOf } = capturing(schema.dataSource);
  try {
    const context = { manager: schema.dataSource.manager, rows, record: () => undefined };
    const plans = await plansOf(() => variant.run(context as unknown as CaseContext));
    return plans.flatMap((plan) =>
      plan.findings.map(({ kind, message, hint }): [string, string] => [kind, `${message}: ${hint}`]),
    );
  } finally {
    timing.uninstall();
  }
}
