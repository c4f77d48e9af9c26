import { Client } from 'pg';
import { cases } from '../../../maintainers/guide/cases';
import { failedExpectations } from '../../../maintainers/guide/case-check';
import { measureCase } from '../../../maintainers/guide/measure';
import { versionOf } from '../../docs/sql-blocks';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

/** That of the guide's figures: an older one has other plans for some of its statements. */
const VERSION = 18;

let database: ScratchDatabase;
let version: number;

beforeAll(async () => {
  database = await createScratchDatabase();
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  version = await versionOf(client);
  await client.end();
});
afterAll(() => database.drop());

describe('a case of the guide does what the guide says, on fewer rows', () => {
  it.each(cases.map((guideCase) => [guideCase.name, guideCase] as const))(
    '%s',
    async (_, guideCase) => {
      const measured = await measureCase(guideCase, database, { rows: guideCase.testRows, runs: 0 });
      if (version < VERSION) return;
      expect(failedExpectations(guideCase, measured)).toEqual([]);
    },
    60_000,
  );
});
