import { resolve } from 'node:path';
import { ts } from 'ts-morph';
import { UsageError } from '../../tools/command-line';
import { Tree } from '../../tools/edits/tree';
import { namesOf } from '../../tools/generate/names';
import { singularOf } from '../../tools/generate/plurals';
import { addressOf } from '../../tools/generate/use-case/address';
import { nextSteps } from '../../tools/generate/use-case/next-steps';
import { planUseCase } from '../../tools/generate/use-case/plan';
import { textsOf } from '../../tools/generate/use-case/texts';
import { useCaseOf, type UseCaseOptions } from '../../tools/generate/use-case/use-case';

const ROOT = resolve(__dirname, '../..');
/** This checkout as it would be. Nothing is written. */
const aCheckout = () => new Tree(ROOT);

/** The names are those of no service. */
const CONTEXT = 'trial-billing';
const BODY = 'paidOn:date,note:text(200)?,total:money,state:enum(new|used)?,at:timestamp?,customerId:uuid,count:int';
const aCommand = (name = 'settle-trial', options: UseCaseOptions = {}) =>
  useCaseOf(CONTEXT, name, { command: true, path: 'trials/{id}/settle', body: BODY, ...options });
const aQuery = (name = 'get-trial-state', options: UseCaseOptions = {}) =>
  useCaseOf(CONTEXT, name, { query: true, path: 'trials/{trialId}/lines/{sku}', ...options });
const everyForm = [
  ['a command with a body', aCommand()],
  ['a command without one', aCommand('close-trials', { path: 'trials', body: undefined })],
  ['a query for one thing', aQuery()],
  ['a query without parameters', aQuery('find-trials', { path: 'trials' })],
  ['one without options', useCaseOf(CONTEXT, 'settle-trial', {})],
] as const;

const mistakesOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe.each(everyForm)('a use case of the generator, %s,', (_, useCase) => {
  const tree = aCheckout();
  beforeAll(() => planUseCase(tree, useCase));

  it('adds files, and changes no source but AppModule', () => {
    const { added, changed, removed } = tree.changes;
    const { feature, problems } = useCase.paths;
    const own = [...Object.keys(textsOf(useCase)), feature, problems, `test/e2e/${CONTEXT}/operations.ts`];
    expect(added).toEqual(own.sort());
    expect(changed.filter((path) => path !== 'docs/FILES.md')).toEqual(['src/app.module.ts']);
    expect(removed).toEqual([]);
  });

  it('is TypeScript without a mistake in its syntax', () => {
    for (const [path, text] of Object.entries(textsOf(useCase))) {
      const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
      expect({ path, mistakes: diagnostics?.map(({ messageText }) => messageText) }).toEqual({ path, mistakes: [] });
    }
  });

  it('responds with 501, which is documented and tested, until it is written', () => {
    expect(tree.read(useCase.paths.problems)).toContain("'not-implemented': { status: 501");
    expect(tree.read(useCase.paths.controller)).toMatch(
      /@ApiProblems\(trialBillingProblems, \[[^\]]*'not-implemented'/,
    );
    expect(tree.read(useCase.paths.e2eTest)).toContain("501, 'not-implemented'");
  });
});

describe('a use case of the generator', () => {
  it('handles its path, reads over GET, changes something over POST', () => {
    const tree = aCheckout();
    planUseCase(tree, aQuery());
    planUseCase(tree, aCommand());
    expect(tree.read(aQuery().paths.controller)).toMatch(
      /@Controller\('api\/v1\/trials'\)[^]*@Get\(':trialId\/lines\/:sku'\)/,
    );
    expect(tree.read(aCommand().paths.controller)).toMatch(
      /@Controller\('api\/v1\/trials'\)[^]*@Post\(':id\/settle'\)/,
    );
    expect(tree.read(`test/e2e/${CONTEXT}/operations.ts`)).toMatch(
      /'GET \/api\/v1\/trials\/\{trialId\}\/lines\/\{sku\}': \['trialId', 'sku'\],\s*'POST \/api\/v1\/trials\/\{id\}\/settle': \['id'\]/,
    );
  });

  it('has kinds that are named after the thing', () => {
    const tree = aCheckout();
    const balance = aQuery('get-balance', { path: 'customers/{id}/balance' });
    planUseCase(tree, balance);
    expect(tree.read(balance.paths.problems)).toMatch(
      /'customer-not-found': \{ status: 404, title: 'Customer not found' \}/,
    );
    expect(tree.read(balance.paths.useCase)).toContain("kind: 'customer-not-found'");
    expect(nextSteps(aCommand())).toContain("'trial-not-found'");
    expect(nextSteps(useCaseOf(CONTEXT, 'settle-invoice', {}))).toContain("'invoice-not-found'");
  });

  it('adds to the problems and to the module of a context that exists, and shares what it has', () => {
    const tree = aCheckout();
    planUseCase(tree, aQuery());
    planUseCase(tree, aQuery('get-trial-lines', { path: 'trials/{id}/lines' }));
    planUseCase(tree, aCommand());
    const { problems, feature } = aQuery().paths;
    expect(tree.read(problems).match(/'not-implemented'/g)).toHaveLength(1);
    expect(tree.read(problems)).toMatch(/'line-not-found'[^]*'trial-not-found'/);
    expect(tree.read(feature)).toMatch(
      /controllers: \[GetTrialStateController, GetTrialLinesController, SettleTrialController\]/,
    );
  });

  it('shows what to write next, and a request that its schema accepts', () => {
    const text = nextSteps(aCommand('settle-trial', { body: 'paidOn:date,total:money' }));
    expect(text).toContain(`-d '{"paidOn":"2026-01-31","total":{"amount":1250,"currency":"EUR"}}'`);
    expect(text).toContain('src/application/trial-billing/settle-trial.ts');
    expect(nextSteps(aQuery())).toContain('/lines/SKU-1');
    expect(nextSteps(aQuery())).toContain('src/infrastructure/database/trial-billing/sql-get-trial-state.ts');
  });
});

describe('a use case is refused, in one line,', () => {
  it.each(Object.keys(textsOf(aQuery())))('where it would overwrite %s', (path) => {
    const tree = aCheckout();
    tree.write(path, 'other');
    expect(mistakesOf(() => planUseCase(tree, aQuery()))).toEqual([expect.stringContaining(path)]);
    expect(tree.changes.added).toEqual([path]);
    expect(tree.read(path)).toBe('other');
  });

  it('where its address is handled already, whatever its parameters are called', () => {
    const tree = aCheckout();
    planUseCase(tree, aCommand());
    const other = aCommand('finish-trial', { path: 'trials/{trialId}/settle', body: undefined });
    expect(mistakesOf(() => planUseCase(tree, other))).toEqual([
      expect.stringMatching(
        /^POST \/api\/v1\/trials\/\{trialId\}\/settle exists already: .*settle-trial\.controller\.ts/,
      ),
    ]);
    const query = aQuery('get-settlement', { path: 'trials/{trialId}/settle' });
    expect(mistakesOf(() => planUseCase(tree, query))).toEqual([]);
  });

  it('where the problem of its kind needs more than it knows', () => {
    const tree = aCheckout();
    const { paths } = aQuery();
    tree.write(
      paths.problems,
      `export const p = { 'line-not-found': { status: 404, title: 'x', detail: ({ n }) => n } };`,
    );
    expect(mistakesOf(() => planUseCase(tree, aQuery()))).toEqual([expect.stringContaining("'line-not-found'")]);
  });

  it('where AppModule has another module of the name of its context', () => {
    expect(mistakesOf(() => planUseCase(aCheckout(), useCaseOf('http', 'settle-trial', {})))).toEqual([
      expect.stringMatching(/^'http' is taken: src\/app.module.ts/),
    ]);
  });

  it.each<[string, UseCaseOptions, RegExp]>([
    ['it is both', { query: true, command: true }, /^Choose one/],
    ['a query has a body', { query: true, body: 'a:int' }, /^A query has no body/],
    ['its path begins with a parameter', { path: '{id}/settle' }, /^'\{id\}\/settle' is not a valid path/],
    ['its path has an empty part', { path: 'trials//settle' }, /is not a valid path/],
    ['its path is empty', { path: '' }, /is not a valid path/],
    ['its path has capital letters', { path: 'Trials/{id}' }, /is not a valid path/],
    ['its path has a query', { path: 'trials?limit=1' }, /is not a valid path/],
    ['a parameter is there twice', { path: 'trials/{id}/lines/{id}' }, /has the parameter \{id\} twice/],
    ['a parameter is a keyword', { path: 'trials/{class}' }, /'\{class\}' is a TypeScript keyword/],
    ['a field is no field', { body: 'paidOn' }, /^'paidOn': write a field as name:type/],
    ['a field has an unknown type', { body: 'paidOn:day' }, /'day' is not a type/],
    ['a field is there twice', { body: 'a:int,a:date' }, /the body has this field twice/],
    ['the path has a field already', { path: 'trials/{id}', body: 'id:uuid' }, /the path has \{id\} already/],
    ['a field means something else', { body: 'constructor:int' }, /'constructor' is reserved/],
  ])('where %s', (_, options, reason) => {
    expect(mistakesOf(() => useCaseOf(CONTEXT, 'settle-trial', options))).toEqual([expect.stringMatching(reason)]);
  });

  it.each(['post', 'controller', 'not-implemented', 'handle'])(
    'where its name is that of something else in its files: %s',
    (name) => {
      expect(mistakesOf(() => planUseCase(aCheckout(), useCaseOf(CONTEXT, name, {})))).toEqual([
        expect.stringContaining(`'${name}' is reserved`),
      ]);
    },
  );
});

it('a use case has a name that its sources use for something else where it is not', () => {
  for (const name of ['send', 'view', 'execute'])
    expect(mistakesOf(() => planUseCase(aCheckout(), useCaseOf(CONTEXT, name, { body: BODY })))).toEqual([]);
});

describe('an address', () => {
  it('is the same with its prefix, and with parameters as Nest writes them', () => {
    const expected = { template: '/api/v1/trials/{id}/settle', base: 'api/v1/trials', rest: ':id/settle' };
    for (const path of ['trials/{id}/settle', '/trials/:id/settle', '/api/v1/trials/{id}/settle'])
      expect(addressOf(path)).toMatchObject({ ...expected, collection: 'trials' });
  });

  it.each([
    ['invoices', 'invoice'],
    ['payment-methods', 'payment-method'],
    ['categories', 'category'],
    ['boxes', 'box'],
    ['addresses', 'address'],
    ['batches', 'batch'],
    ['statuses', 'status'],
    ['caches', 'cache'],
    ['warehouses', 'warehouse'],
    ['licenses', 'license'],
    ['status', 'status'],
    ['people', 'person'],
    ['shelves', 'shelf'],
    ['equipment', 'equipment'],
  ])('of %s is about one %s', (plural, singular) => {
    expect(singularOf(plural)).toBe(singular);
  });
});

describe('a name', () => {
  it.each(['', 'Settle', 'settle_invoice', 'settle--invoice', '-settle', 'settle-', '7-days', '../settle', 'délai'])(
    'is invalid as %j, of a context and of a use case',
    (name) => {
      for (const what of ['context', 'use case'] as const) expect(() => namesOf(what, name)).toThrow(UsageError);
    },
  );

  it.each(['class', 'delete', 'export'])('cannot be %s, which no constant and no parameter can be called', (name) => {
    for (const what of ['context', 'use case'] as const)
      expect(() => namesOf(what, name)).toThrow(`'${name}' is a TypeScript keyword`);
  });

  it('of a context cannot be shared, the folder beside those of the contexts', () => {
    expect(() => namesOf('context', 'shared')).toThrow(UsageError);
    expect(namesOf('use case', 'shared').pascal).toBe('Shared');
  });
});
