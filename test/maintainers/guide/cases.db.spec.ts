import { cases } from '../../../maintainers/guide/cases';
import { failedExpectations } from '../../../maintainers/guide/case-check';
import { measureCase } from '../../../maintainers/guide/measure';
import { createScratchDatabase, type ScratchDatabase } from '../../support/scratch-database';

let database: ScratchDatabase;

beforeAll(async () => {
  database = await createScratchDatabase();
});
afterAll(() => database.drop());

describe('a case of the guide does what the guide says, on fewer rows', () => {
  it.each(cases.map((guideCase) => [guideCase.name, guideCase] as const))(
    '%s',
    async (_, guideCase) => {
      const measured = await measureCase(guideCase, database, { rows: guideCase.testRows, runs: 0 });
      expect(failedExpectations(guideCase, measured)).toEqual([]);
    },
    60_000,
  );
});
