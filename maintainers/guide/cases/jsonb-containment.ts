import type { GuideCase } from '../guide-case';

export const jsonbContainment: GuideCase = {
  name: 'jsonb-containment',
  title: 'A search in a jsonb column reads every row',
  section: 'indexes',
  keywords: ['JSON', 'jsonb', '@>', '->>', 'GIN'],
  symptom: 'a search in a jsonb column reads every document',
  fix: 'create a GIN index with jsonb_path_ops and search with @>',
  rows: 1_000_000,
  testRows: 20_000,
  data: (rows) => `
CREATE TABLE events (id integer NOT NULL, payload jsonb NOT NULL);
INSERT INTO events
SELECT n, jsonb_build_object('kind', 'kind-' || n % 7, 'user', jsonb_build_object('id', n % 50000, 'plan', 'free'))
  FROM generate_series(1, ${rows}) AS n;
CREATE INDEX events_by_payload ON events USING gin (payload jsonb_path_ops);
VACUUM (ANALYZE) events;`,
  fewerPages: 5,
  variants: [
    {
      name: '->>',
      run: ({ manager }) =>
        manager.query(`SELECT id FROM events WHERE payload -> 'user' ->> 'id' = $1 ORDER BY id`, ['4711']),
      expect: { statements: 1, plan: ['Seq Scan on events'] },
    },
    {
      name: '@>',
      run: ({ manager }) =>
        manager.query('SELECT id FROM events WHERE payload @> $1 ORDER BY id', [{ user: { id: 4711 } }]),
      expect: { statements: 1, plan: ['Bitmap Index Scan on events_by_payload'], without: ['Seq Scan'] },
    },
  ],
};
