import { EntitySchema } from 'typeorm';
import type { GuideCase } from '../guide-case';

interface Event {
  id: number;
  createdAt: Date;
}

const EventEntity = new EntitySchema<Event>({
  name: 'event',
  tableName: 'events',
  columns: {
    id: { type: 'integer', primary: true },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
});

const PAGE = 100;
const PAGES = 10;

/** Ids count up in the order of creation: what is missing between the first and the last row was skipped. */
const lostOf = (seen: Event[]): number => seen[0]!.id - seen.at(-1)!.id + 1 - seen.length;

export const keysetMicroseconds: GuideCase = {
  name: 'keyset-microseconds',
  title: 'A keyset cursor made from a Date loses rows',
  section: 'query shape',
  keywords: ['cursor', 'keyset', 'pagination', 'Date', 'timestamptz', 'microseconds', 'ORDER BY'],
  symptom: 'a list with keyset pages misses rows that were created within one millisecond',
  fix: 'carry the timestamp as text from the database in the cursor; a JavaScript Date has no microseconds',
  rows: 200_000,
  testRows: 5_000,
  entities: [EventEntity],
  // About ten rows per millisecond, as an import writes them.
  data: (rows) => `
CREATE TABLE events (id integer CONSTRAINT events_pkey PRIMARY KEY, created_at timestamptz NOT NULL);
INSERT INTO events
SELECT n, timestamptz '2025-01-01Z' + n * interval '97 microseconds' FROM generate_series(1, ${rows}) AS n;
CREATE INDEX events_newest_first ON events (created_at DESC, id DESC);
VACUUM (ANALYZE) events;`,
  fewerPages: 1,
  notFaster: true,
  resultsDiffer: true,
  variants: [
    {
      name: 'Date in the cursor',
      run: async ({ manager, record }) => {
        const seen: Event[] = [];
        while (seen.length < PAGES * PAGE) {
          const query = manager.createQueryBuilder(EventEntity, 'e');
          const last = seen.at(-1);
          if (last) query.where('(e.createdAt, e.id) < (:createdAt, :id)', last);
          seen.push(...(await query.orderBy({ 'e.createdAt': 'DESC', 'e.id': 'DESC' }).take(PAGE).getMany()));
        }
        record('rows lost', lostOf(seen));
        return seen.length;
      },
      expect: { statements: PAGES, facts: { 'rows lost': { atLeast: 20 } } },
    },
    {
      name: 'text in the cursor',
      run: async ({ manager, record }) => {
        const seen: Event[] = [];
        let cursor: { id: number; createdAt: string } | undefined;
        while (seen.length < PAGES * PAGE) {
          const query = manager.createQueryBuilder(EventEntity, 'e').addSelect('CAST(e.createdAt AS text)', 'cursor');
          if (cursor) query.where('(e.createdAt, e.id) < (CAST(:createdAt AS timestamptz), :id)', cursor);
          const { entities, raw } = await query
            .orderBy({ 'e.createdAt': 'DESC', 'e.id': 'DESC' })
            .limit(PAGE)
            .getRawAndEntities<{ cursor: string }>();
          seen.push(...entities);
          cursor = { id: entities.at(-1)!.id, createdAt: raw.at(-1)!.cursor };
        }
        record('rows lost', lostOf(seen));
        return seen.length;
      },
      expect: { statements: PAGES, facts: { 'rows lost': 0 } },
    },
  ],
};
