import type { GuideCase } from '../guide-case';

const addressesTable = (addresses: number): string => `
CREATE TABLE addresses (
  id integer CONSTRAINT addresses_pkey PRIMARY KEY,
  postcode integer NOT NULL,
  town integer NOT NULL,
  region integer NOT NULL
);
INSERT INTO addresses
SELECT n, n % 100, n % 100 / 5, n % 100 / 25
  FROM generate_series(1, ${addresses}) AS n;
VACUUM (ANALYZE) addresses;
`;

const SEARCH = 'SELECT id FROM addresses WHERE postcode = 42 AND town = 8 AND region = 1 ORDER BY id';

export const dependentColumns: GuideCase = {
  name: 'dependent-columns',
  title: 'An estimate of columns that depend on each other',
  section: 'postgresql',
  keywords: ['WHERE', 'CREATE STATISTICS', 'ANALYZE', 'estimate', 'rows='],
  symptom: 'EXPLAIN expects a few rows where there are thousands, also after ANALYZE',
  fix: 'CREATE STATISTICS on the columns: the planner multiplies their shares otherwise',
  rows: 200_000,
  testRows: 200_000,
  data: addressesTable,
  fewerPages: 1,
  notFaster: true,
  variants: [
    {
      name: 'statistics of each column',
      run: async ({ manager, record }) => {
        const [explained] = await manager.query(`EXPLAIN (FORMAT JSON) ${SEARCH}`);
        record('rows expected', explained['QUERY PLAN'][0].Plan['Plan Rows']);
        return manager.query(SEARCH);
      },
      expect: { statements: 2, facts: { 'rows expected': { atMost: 100 } } },
    },
    {
      name: 'statistics of the columns together',
      prepare: `
CREATE STATISTICS addresses_places (dependencies) ON postcode, town, region FROM addresses;
ANALYZE addresses;`,
      run: async ({ manager, record }) => {
        const [explained] = await manager.query(`EXPLAIN (FORMAT JSON) ${SEARCH}`);
        record('rows expected', explained['QUERY PLAN'][0].Plan['Plan Rows']);
        return manager.query(SEARCH);
      },
      expect: { statements: 2, facts: { 'rows expected': { atLeast: 1_000, atMost: 4_000 } } },
    },
  ],
};
