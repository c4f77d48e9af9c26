import { EntitySchema, LessThanOrEqual } from 'typeorm';
import type { GuideCase } from '../guide-case';

interface Article {
  id: number;
  title: string;
  body: string;
}

const ArticleEntity = new EntitySchema<Article>({
  name: 'article',
  tableName: 'articles',
  columns: { id: { type: 'integer', primary: true }, title: { type: 'text' }, body: { type: 'text' } },
});

export const selectColumns: GuideCase = {
  name: 'select-columns',
  title: 'SELECT * reads large columns that no one displays',
  section: 'query shape',
  keywords: ['SELECT *', 'select', 'TOAST', 'large column', 'text'],
  symptom: 'a list of titles is slow because each row has a large text that is not displayed',
  fix: 'select only the displayed columns: PostgreSQL stores large values separately and does not read them',
  rows: 20_000,
  testRows: 600,
  entities: [ArticleEntity],
  // Texts of 12 kB that compress badly.
  data: (rows) => `
CREATE TABLE articles (id integer CONSTRAINT articles_pkey PRIMARY KEY, title text NOT NULL, body text NOT NULL);
INSERT INTO articles
SELECT n, 'Article ' || n, (SELECT string_agg(md5((n * 1000 + part)::text), '') FROM generate_series(1, 400) AS part)
  FROM generate_series(1, ${rows}) AS n;
VACUUM (ANALYZE) articles;`,
  fewerPages: 10,
  variants: [
    {
      name: 'all columns',
      run: async ({ manager }) => {
        const articles = await manager.find(ArticleEntity, {
          where: { id: LessThanOrEqual(500) },
          order: { id: 'ASC' },
        });
        return articles.map(({ id, title }) => ({ id, title }));
      },
      expect: { statements: 1 },
    },
    {
      name: 'displayed columns',
      run: async ({ manager }) => {
        const articles = await manager.find(ArticleEntity, {
          select: { id: true, title: true },
          where: { id: LessThanOrEqual(500) },
          order: { id: 'ASC' },
        });
        return articles.map(({ id, title }) => ({ id, title }));
      },
      expect: { statements: 1 },
    },
  ],
};
