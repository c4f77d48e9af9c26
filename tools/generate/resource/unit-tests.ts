import type { Resource } from './paths';
import { importOf, isMoney } from './text';

const SUPPORT = 'test/support';

/** Tests without a database: of the aggregate, and of the use cases on the fake. */
export function unitTests(resource: Resource): Record<string, string> {
  const { names, paths } = resource;
  const { one, aThing } = names;
  return {
    [paths.domainTest]: `${importOf(paths.domainTest, paths.aggregate, one.pascal)}${importOf(paths.domainTest, paths.mother, `${names.builder}`, 'otherDetails', 'someDetails')}
describe('${aThing}', () => {
  it('is created with its details, and not stored yet', () => {
    expect(${one.pascal}.create('an-id', someDetails)).toEqual({ id: 'an-id', ...someDetails, version: 0 });
  });

  it('can change its details, and keeps its id and version', () => {
    const ${one.camel} = ${names.builder}({ version: 3 });
    expect(${one.camel}.change(otherDetails)).toEqual({ id: ${one.camel}.id, ...otherDetails, version: 3 });
  });

  it('is immutable: every change is a new ${one.words}', () => {
    const ${one.camel} = ${names.builder}();
    ${one.camel}.change(otherDetails);
    expect(${one.camel}).toMatchObject(someDetails);
  });
});
`,
    [paths.useCaseTest]: useCaseTest(resource),
  };
}

function useCaseTest({ names, fields, paths }: Resource): string {
  const { one, many, aThing } = names;
  const path = paths.useCaseTest;
  const money = fields.find(isMoney);
  const view = (of: string) => `...${one.camel}View(${names.builder}(${of}))`;
  const refusedMoney = money
    ? `
  it('is refused with an invalid amount or currency, and stores nothing', async () => {
    const outcomes = [
      await create.execute({ ...aCommand('a'), details: { ...someInput, ${money.name}: { amount: 0.5, currency: 'EUR' } } }),
      await create.execute({ ...aCommand('b'), details: { ...someInput, ${money.name}: { amount: 1, currency: 'TEA' } } }),
    ];
    expect(kindsOf(outcomes)).toEqual({ 'invalid-amount': 1, 'invalid-currency': 1 });
    expect((await list.execute({ limit: 1 }))._unsafeUnwrap()).toEqual({ items: [] });
  });
`
    : '';
  return `import { randomUUID } from 'node:crypto';
${importOf(path, paths.create, `Create${one.pascal}`)}${importOf(path, paths.get, `Get${one.pascal}`)}${importOf(path, paths.list, `List${many.pascal}`)}${importOf(path, paths.view, `${one.camel}View`)}${importOf(path, paths.remove, `Remove${one.pascal}`)}${importOf(path, paths.update, `Update${one.pascal}`)}${importOf(path, 'src/application/shared/page.ts', 'encodeCursor')}${importOf(path, paths.fake, `InMemory${many.pascal}`)}${importOf(path, paths.mother, `${names.builder}`, 'otherDetails', 'otherInput', 'someInput', 'stored')}${importOf(path, `${SUPPORT}/fake-system.ts`, 'anIdempotency')}${importOf(path, `${SUPPORT}/kinds-of.ts`, 'kindsOf')}
const customerId = 'alice';
const aCommand = (idempotencyKey: string) => ({ customerId, idempotencyKey, details: someInput });

let unitOfWork: InMemory${many.pascal};
let create: Create${one.pascal};
let get: Get${one.pascal};
let list: List${many.pascal};
let update: Update${one.pascal};
let remove: Remove${one.pascal};
beforeEach(() => {
  unitOfWork = new InMemory${many.pascal}();
  create = new Create${one.pascal}(unitOfWork, anIdempotency());
  get = new Get${one.pascal}(unitOfWork.queries);
  list = new List${many.pascal}(unitOfWork.queries);
  update = new Update${one.pascal}(unitOfWork, anIdempotency());
  remove = new Remove${one.pascal}(unitOfWork);
});

describe('creating ${aThing}', () => {
  it('stores it with its first version', async () => {
    const created = (await create.execute(aCommand('a-key')))._unsafeUnwrap();
    expect(created).toEqual({
      ${one.camel}: { ${view('')}, id: expect.any(String), version: 1 },
      repeated: false,
    });
    expect((await get.execute({ id: created.${one.camel}.id }))._unsafeUnwrap()).toEqual(created.${one.camel});
  });

  it('is done once, however often the request is sent with its key', async () => {
    const first = (await create.execute(aCommand('a-key')))._unsafeUnwrap();
    expect((await create.execute(aCommand('a-key')))._unsafeUnwrap()).toEqual({ ...first, repeated: true });
    const other = await create.execute({ ...aCommand('a-key'), details: otherInput });
    expect(other._unsafeUnwrapErr()).toEqual({ kind: 'idempotency-key-reused', idempotencyKey: 'a-key' });
  });

  it('finds nothing when it is repeated after the ${one.words} was removed', async () => {
    const { id } = (await create.execute(aCommand('a-key')))._unsafeUnwrap().${one.camel};
    await remove.execute({ id }).unwrapOr(undefined);
    expect((await create.execute(aCommand('a-key')))._unsafeUnwrapErr()).toEqual({
      kind: '${one.kebab}-not-found',
      ${one.camel}Id: id,
    });
  });
${refusedMoney}});

describe('changing ${aThing}', () => {
  it('replaces its details', async () => {
    const { id } = await stored(unitOfWork);
    const updated = await update.execute({ customerId, id, version: 1, details: otherInput });
    expect(updated._unsafeUnwrap()).toEqual({
      ${one.camel}: { ${view('otherDetails')}, id, version: 2 },
      repeated: false,
    });
  });

  it('is refused with a stale version', async () => {
    const { id } = await stored(unitOfWork);
    const refused = await update.execute({ customerId, id, version: 2, details: otherInput });
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'stale-version', of: '${one.kebab}', id });
  });

  it('is repeated with its key: it returns the ${one.words} as it is, and overwrites no later change', async () => {
    const { id } = await stored(unitOfWork);
    const first = { customerId, idempotencyKey: 'a-key', id, version: 1, details: otherInput };
    expect((await update.execute(first))._unsafeUnwrap().repeated).toBe(false);
    await update.execute({ customerId, id, version: 2, details: someInput }).unwrapOr(undefined);
    expect((await update.execute(first))._unsafeUnwrap()).toMatchObject({ ${one.camel}: { version: 3 }, repeated: true });
  });

  it('is refused when nothing has that id', async () => {
    const refused = await update.execute({ customerId, id: randomUUID(), version: 1, details: otherInput });
    expect(kindsOf([refused])).toEqual({ '${one.kebab}-not-found': 1 });
  });
});

describe('removing ${aThing}', () => {
  it('leaves none, and is refused the second time', async () => {
    const { id } = await stored(unitOfWork);
    expect((await remove.execute({ id })).isOk()).toBe(true);
    const outcomes = [await get.execute({ id }), await remove.execute({ id })];
    expect(kindsOf(outcomes)).toEqual({ '${one.kebab}-not-found': 2 });
  });
});

describe('listing ${many.words}', () => {
  it('continues after the last one of the previous page, newest first', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.push((await stored(unitOfWork)).id);
    const first = (await list.execute({ limit: 2 }))._unsafeUnwrap();
    const second = (await list.execute({ limit: 2, cursor: first.nextCursor }))._unsafeUnwrap();
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.sort().reverse());
    expect(second).not.toHaveProperty('nextCursor');
  });

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['an invalid id', encodeCursor(['1'])],
    ['too many parts', encodeCursor([randomUUID(), randomUUID()])],
  ])('refuses a cursor that contains %s', async (_, cursor) => {
    expect((await list.execute({ limit: 2, cursor }))._unsafeUnwrapErr()).toEqual({ kind: 'invalid-cursor' });
  });
});
`;
}
