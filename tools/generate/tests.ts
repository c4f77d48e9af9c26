import { specifierFor } from '../edits/source';
import type { Names } from './names';
import type { Paths } from './sources';

const src = (from: string, path: string): string => specifierFor(from, path);

/** The tests of a use case and the fake that they need, by path. */
export function tests(context: Names, useCase: Names, paths: Paths): Record<string, string> {
  const { pascal, kebab, words } = useCase;
  const { fake, unitTest, contractTest, e2eTest } = paths;
  const route = `/api/v1/${context.kebab}/${kebab}`;
  return {
    [fake]: `import { okAsync, type ResultAsync } from 'neverthrow';
import { ${pascal}Port, type ${pascal}View } from '${src(fake, paths.port)}';

/** Contains what it is given. */
export class InMemory${pascal} extends ${pascal}Port {
  constructor(private readonly known: readonly ${pascal}View[]) {
    super();
  }

  find(id: string): ResultAsync<${pascal}View | undefined, never> {
    return okAsync(this.known.find((one) => one.id === id));
  }
}
`,
    [unitTest]: `import { ${pascal} } from '${src(unitTest, paths.useCase)}';
import { InMemory${pascal} } from '${src(unitTest, fake)}';

const id = '0198c0de-0000-7000-8000-000000000001';

describe('to ${words}', () => {
  it('returns what was found', async () => {
    const outcome = await new ${pascal}(new InMemory${pascal}([{ id }])).execute({ id });
    expect(outcome._unsafeUnwrap()).toEqual({ id });
  });

  it('fails when nothing has that id', async () => {
    const outcome = await new ${pascal}(new InMemory${pascal}([])).execute({ id });
    expect(outcome._unsafeUnwrapErr()).toEqual({ kind: '${kebab}-not-found', id });
  });
});
`,
    [contractTest]: `import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { ${pascal}Port } from '${src(contractTest, paths.port)}';
import { Sql${pascal} } from '${src(contractTest, paths.adapter)}';
import { createDataSource } from '${src(contractTest, 'src/infrastructure/database/data-source.ts')}';
import { aConfiguration } from '${src(contractTest, 'test/support/configuration.ts')}';
import { InMemory${pascal} } from '${src(contractTest, fake)}';
import { createScratchDatabase, type ScratchDatabase } from '${src(contractTest, 'test/support/scratch-database.ts')}';

const known = randomUUID();
const NIL = '00000000-0000-0000-0000-000000000000';

describe('the port of ${words}', () => {
  let database: ScratchDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await createScratchDatabase();
    dataSource = await createDataSource(database.url, aConfiguration().database).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  describe.each<[string, () => ${pascal}Port]>([
    ['in memory', () => new InMemory${pascal}([{ id: known }])],
    ['in PostgreSQL', () => new Sql${pascal}(dataSource)],
  ])('%s', (_, open) => {
    it('finds what exists', async () => {
      expect((await open().find(known))._unsafeUnwrap()).toEqual({ id: known });
    });

    it('finds nothing else', async () => {
      expect((await open().find(NIL))._unsafeUnwrap()).toBeUndefined();
    });
  });
});
`,
    [e2eTest]: `import { randomUUID } from 'node:crypto';
import { statementsDuring } from '${src(e2eTest, 'test/support/metrics.ts')}';
import { expectProblem } from '${src(e2eTest, 'test/support/problems.ts')}';
import { RunningService } from '${src(e2eTest, 'test/support/running-service.ts')}';

describe('POST ${route}', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const ask = (id: string) => service.request(\`${route}/\${id}\`, { method: 'POST' });

  it('responds, and runs one statement, which the metrics count', async () => {
    const id = randomUUID();
    const statements = await statementsDuring(service, async () => {
      expect(await ask(id)).toMatchObject({ status: 200, body: { id } });
    });
    expect(statements).toBe(1);
  });

  it('responds with a problem when nothing has that id', async () => {
    expectProblem(await ask('00000000-0000-0000-0000-000000000000'), 404, '${kebab}-not-found');
  });

  it('rejects an invalid id', async () => {
    expectProblem(await ask('1'), 400, 'validation-failed');
  });
});
`,
  };
}
