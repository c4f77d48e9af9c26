import type { Resource } from './paths';
import { importOf } from './text';

const SUPPORT = 'test/support';

/** One suite that the fake and the adapters on PostgreSQL pass. */
export function contractTests({ names, paths }: Resource): Record<string, string> {
  const { one, many, aThing } = names;
  const [contract, spec] = [paths.contract, paths.contractTest];
  return {
    [contract]: `import { randomUUID } from 'node:crypto';
import { err } from 'neverthrow';
${importOf(contract, paths.queries, `type ${one.pascal}Queries`)}${importOf(contract, paths.unitOfWork, `type ${one.pascal}UnitOfWork`)}${importOf(contract, paths.view, `${one.camel}View`)}${importOf(contract, paths.mother, `${names.builder}`, 'otherDetails', 'stored')}${importOf(contract, `${SUPPORT}/kinds-of.ts`, 'kindsOf')}
export interface ${one.pascal}Ports {
  readonly unitOfWork: ${one.pascal}UnitOfWork;
  readonly queries: ${one.pascal}Queries;
}

/** What every adapter of the ports of ${many.words} guarantees, on a database or in memory. */
export function describe${one.pascal}Contract(name: string, open: () => Promise<${one.pascal}Ports>): void {
  describe(\`\${name}: the contract of ${many.words}\`, () => {
    let unitOfWork: ${one.pascal}UnitOfWork;
    let queries: ${one.pascal}Queries;
    beforeAll(async () => {
      ({ unitOfWork, queries } = await open());
    });
    const find = async (id: string) => (await unitOfWork.run(({ ${many.camel} }) => ${many.camel}.find(id)))._unsafeUnwrap();

    it('a stored ${one.words} is found unchanged, by the repository and by the queries', async () => {
      const ${one.camel} = await stored(unitOfWork);
      expect(await find(${one.camel}.id)).toEqual(${one.camel});
      expect((await queries.find(${one.camel}.id))._unsafeUnwrap()).toEqual(${one.camel}View(${one.camel}));
    });

    it('nothing else is found', async () => {
      expect(await find(randomUUID())).toBeUndefined();
      expect((await queries.find(randomUUID()))._unsafeUnwrap()).toBeUndefined();
    });

    it('a changed ${one.words} has the next version', async () => {
      const changed = (await stored(unitOfWork)).change(otherDetails);
      const saved = await unitOfWork.run(({ ${many.camel} }) => ${many.camel}.save(changed));
      expect(saved._unsafeUnwrap()).toMatchObject({ id: changed.id, ...otherDetails, version: 2 });
      expect(await find(changed.id)).toEqual(saved._unsafeUnwrap());
    });

    it('${aThing} can be neither stored nor removed from a stale version', async () => {
      const seen = await stored(unitOfWork);
      await unitOfWork.run(({ ${many.camel} }) => ${many.camel}.save(seen.change(otherDetails))).unwrapOr(undefined);
      const outcomes = [
        await unitOfWork.run(({ ${many.camel} }) => ${many.camel}.save(seen)),
        await unitOfWork.run(({ ${many.camel} }) => ${many.camel}.remove(seen)),
      ];
      expect(kindsOf(outcomes)).toEqual({ 'stale-version': 2 });
      expect(await find(seen.id)).toMatchObject({ ...otherDetails, version: 2 });
    });

    it('a removed ${one.words} is not found again', async () => {
      const ${one.camel} = await stored(unitOfWork);
      const removed = await unitOfWork.run(({ ${many.camel} }) => ${many.camel}.remove(${one.camel}));
      expect(removed.isOk()).toBe(true);
      expect(await find(${one.camel}.id)).toBeUndefined();
    });

    it('a unit of work stores nothing when it returns an Err', async () => {
      const ${one.camel} = ${names.builder}();
      const outcome = await unitOfWork.run(({ ${many.camel} }) =>
        ${many.camel}.add(${one.camel}).andThen(() => err({ kind: 'changed-my-mind' as const })),
      );
      expect(kindsOf([outcome])).toEqual({ 'changed-my-mind': 1 });
      expect(await find(${one.camel}.id)).toBeUndefined();
    });

    it('a list is newest first, and continues after any of its rows', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 3; count += 1) ids.push((await stored(unitOfWork)).id);
      const [first, ...rest] = ids.sort().reverse();
      const all = (await queries.list({ limit: 1000 }))._unsafeUnwrap();
      expect(all.map(({ position }) => position[0])).toEqual(all.map(({ item }) => item.id).sort().reverse());
      const listed = all.map(({ item }) => item.id).filter((id) => ids.includes(id));
      expect(listed).toEqual([first, ...rest]);
      const after = (await queries.list({ after: [first!], limit: 1000 }))._unsafeUnwrap();
      expect(after.map(({ item }) => item.id).filter((id) => ids.includes(id))).toEqual(rest);
      expect((await queries.list({ limit: 2 }))._unsafeUnwrap()).toEqual(all.slice(0, 2));
    });
  });
}
`,
    [spec]: `${importOf(spec, paths.sqlQueries, `Sql${one.pascal}Queries`)}${importOf(spec, paths.sqlUnitOfWork, `TypeOrm${one.pascal}UnitOfWork`)}${importOf(spec, paths.fake, `InMemory${many.pascal}`)}${importOf(spec, `${SUPPORT}/transactions-on-postgres.ts`, 'databaseOnPostgres')}${importOf(spec, contract, `describe${one.pascal}Contract`)}
describe${one.pascal}Contract('in memory', () => {
  const unitOfWork = new InMemory${many.pascal}();
  return Promise.resolve({ unitOfWork, queries: unitOfWork.queries });
});

describe('TypeORM on PostgreSQL', () => {
  const open = databaseOnPostgres();
  describe${one.pascal}Contract('PostgreSQL', async () => {
    const { dataSource, transactions } = await open();
    return {
      unitOfWork: new TypeOrm${one.pascal}UnitOfWork(transactions),
      queries: new Sql${one.pascal}Queries(dataSource),
    };
  });
});
`,
  };
}
