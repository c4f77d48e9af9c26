import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AppModule } from '../../../src/app.module';
import { problemTableOf, type AnyProblemTable } from '../../../src/infrastructure/http/problem-table';
import { controllersOf } from '../../support/controllers';
import { missingRefusals, type Feature } from '../../support/refusals/refusals';
import { requireRefusals } from '../../support/refusals/seen';
import { RunningService } from '../../support/running-service';

type Operations = Readonly<Record<string, readonly string[]>>;

/** What the features list in `test/e2e/<context>/operations.ts`. */
async function listedOperations(): Promise<Operations[]> {
  const folder = resolve(__dirname, '..');
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => basename(path) === 'operations.ts',
  );
  return Promise.all(
    paths.map(async (path) => ((await import(join(folder, path))) as { operations: Operations }).operations),
  );
}

const sorted = (list: Operations): Operations =>
  Object.fromEntries(Object.entries(list).map(([name, parameters]) => [name, [...parameters].sort()]));

describe('the operations of the service', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  it('are those that the features list, with their parameters: none appears or disappears unnoticed', async () => {
    const documented = service.openApi.operations.map(({ name, parameters }) => [name, parameters] as const);
    const lists = await listedOperations();
    const names = lists.flatMap((list) => Object.keys(list));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(sorted(Object.fromEntries(documented))).toEqual(sorted(Object.assign({}, ...lists) as Operations));
  });

  it('document every kind of refusal of their problem tables', () => {
    const documented = new Set(service.openApi.operations.flatMap(({ codes }) => codes));
    const kinds = controllersOf(AppModule).flatMap((controller) => Object.keys(problemTableOf(controller)));
    expect(kinds.filter((kind) => !documented.has(kind))).toEqual([]);
    requireRefusals(dueRefusals(service));
  });
});

/** The kinds of each table, except for those of operations that are not written yet: these return a 501. */
function dueRefusals({ openApi }: RunningService): Feature[] {
  const controllers = controllersOf(AppModule);
  const tables = new Set<AnyProblemTable>(controllers.map(problemTableOf));
  return [...tables].map((table) => {
    const names = controllers.filter((controller) => problemTableOf(controller) === table).map(({ name }) => name);
    const operations = openApi.operations.filter(({ controller }) => names.includes(controller));
    const isDue = (kind: string): boolean =>
      table[kind]!.status === 501 ||
      operations.some(({ codes, statuses }) => codes.includes(kind) && !statuses.includes(501));
    return { controllers: names, kinds: Object.keys(table).filter(isDue) };
  });
}

describe('the kinds of refusal that no test has seen', () => {
  const feature = { controllers: ['One', 'Two'], kinds: ['late', 'lost'] };
  const other = { controllers: ['Three'], kinds: ['late'] };
  const files = ['a.spec.ts', 'b.spec.ts'];
  const b = { file: 'b.spec.ts', refusals: { Two: ['lost'] }, features: [feature, other] };

  it('are reported by feature: the same kind of another feature does not count', () => {
    const a = { file: 'a.spec.ts', refusals: { One: ['late', 'validation-failed'] } };
    expect(missingRefusals(files, [a, b])).toEqual(['Three: late']);
    expect(missingRefusals(files, [{ ...a, refusals: { Three: ['late'] } }, b])).toEqual(['One, Two: late']);
    expect(missingRefusals(files, [{ ...a, refusals: { Three: ['late'], One: ['late'] } }, b])).toEqual([]);
  });

  it('are unknown unless every test file has run', () => {
    expect(missingRefusals(files, [b])).toEqual([]);
  });
});
