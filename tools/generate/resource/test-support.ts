import type { Field } from './field';
import type { Resource } from './paths';
import { hasMoney, importOf } from './text';

const SHARED = 'src/application/shared';
const SUPPORT = 'test/support';

/** Of the first or the second value of each field. */
const literal = (fields: readonly Field[], which: 0 | 1, of: 'input' | 'aggregate'): string =>
  `{ ${fields.map(({ name, values }) => `${name}: ${values[which][of]}`).join(', ')} }`;

/** The objects of the tests, and the fake of the ports. */
export function testSupport({ names, fields, paths }: Resource): Record<string, string> {
  const { one, many } = names;
  const money = hasMoney(fields);
  const input = money ? `${one.pascal}Input` : `${one.pascal}Details`;
  return {
    [paths.mother]: `import { randomUUID } from 'node:crypto';
${importOf(paths.mother, paths.input, money && `type ${one.pascal}Input`)}${importOf(paths.mother, paths.unitOfWork, `type ${one.pascal}UnitOfWork`)}${importOf(paths.mother, paths.aggregate, one.pascal, `type ${one.pascal}Data`, `type ${one.pascal}Details`)}${importOf(paths.mother, 'src/domain/shared/money.ts', money && 'Money')}
export const someDetails: ${one.pascal}Details = ${literal(fields, 0, 'aggregate')};
export const otherDetails: ${one.pascal}Details = ${literal(fields, 1, 'aggregate')};

/** The same as a client gives them. */
export const someInput: ${input} = ${literal(fields, 0, 'input')};
export const otherInput: ${input} = ${literal(fields, 1, 'input')};

/** One that is not stored. */
export function ${names.builder}(data: Partial<${one.pascal}Data> = {}): ${one.pascal} {
  return ${one.pascal}.restore({ id: randomUUID(), ...someDetails, version: 0, ...data });
}

/** Stores one. @returns it as stored */
export async function stored(unitOfWork: ${one.pascal}UnitOfWork, ${one.camel} = ${names.builder}()): Promise<${one.pascal}> {
  return (await unitOfWork.run(({ ${many.camel} }) => ${many.camel}.add(${one.camel})))._unsafeUnwrap();
}
`,
    [paths.fake]: `import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
${importOf(paths.fake, paths.queries, `${one.pascal}Queries`, `type ${one.pascal}Listing`, `type ${one.pascal}Position`)}${importOf(paths.fake, paths.unitOfWork, `${one.pascal}UnitOfWork`, `type ${one.pascal}Transaction`)}${importOf(paths.fake, paths.view, `${one.camel}View`, `type ${one.pascal}View`)}${importOf(paths.fake, `${SHARED}/idempotency-keys.ts`, 'type IdempotencyClaim')}${importOf(paths.fake, `${SHARED}/page.ts`, 'type Positioned')}${importOf(paths.fake, paths.aggregate, one.pascal)}${importOf(paths.fake, paths.errors, `type Stale${one.pascal}`)}${importOf(paths.fake, paths.repository, `type ${one.pascal}Repository`)}${importOf(paths.fake, `${SUPPORT}/in-memory-idempotency-keys.ts`, 'inMemoryIdempotencyKeys')}${importOf(paths.fake, `${SUPPORT}/in-memory-transactions.ts`, 'InMemoryTransactions')}
type State = {
  ${many.camel}: Map<string, ${one.pascal}>;
  keys: Map<string, IdempotencyClaim>;
};

interface Store extends ${one.pascal}Transaction {
  readonly newestFirst: readonly ${one.pascal}[];
}

/** Replaces the database in tests that need none. */
export class InMemory${many.pascal} extends ${one.pascal}UnitOfWork {
  private readonly transactions = new InMemoryTransactions<State, Store>(
    { ${many.camel}: new Map(), keys: new Map() },
    (state, events) => ({
      ${many.camel}: inMemory${many.pascal}(state.${many.camel}),
      idempotencyKeys: inMemoryIdempotencyKeys(state.keys),
      events,
      newestFirst: [...state.${many.camel}.values()].sort((one, other) => (one.id < other.id ? 1 : -1)),
    }),
  );
  readonly queries: ${one.pascal}Queries = new InMemory${one.pascal}Queries(this.transactions);

  run<T, E>(work: (transaction: ${one.pascal}Transaction) => ResultAsync<T, E>): ResultAsync<T, E> {
    return this.transactions.run(work);
  }
}

class InMemory${one.pascal}Queries extends ${one.pascal}Queries {
  constructor(private readonly transactions: InMemoryTransactions<State, Store>) {
    super();
  }

  find(id: string): ResultAsync<${one.pascal}View | undefined, never> {
    return this.transactions.run((store) => store.${many.camel}.find(id).map((known) => known && ${one.camel}View(known)));
  }

  list({ after, limit }: ${one.pascal}Listing): ResultAsync<Positioned<${one.pascal}View, ${one.pascal}Position>[], never> {
    return this.transactions.run(({ newestFirst }) => {
      const rows = newestFirst.filter(({ id }) => after === undefined || id < after[0]).slice(0, limit);
      return okAsync(rows.map((known) => ({ item: ${one.camel}View(known), position: [known.id] as const })));
    });
  }
}

function inMemory${many.pascal}(known: Map<string, ${one.pascal}>): ${one.pascal}Repository {
  const store = (${one.camel}: ${one.pascal}): ${one.pascal} => {
    const next = ${one.pascal}.restore({ ...${one.camel}, version: ${one.camel}.version + 1 });
    known.set(next.id, next);
    return next;
  };
  const isCurrent = ({ id, version }: ${one.pascal}): boolean => known.get(id)?.version === version;
  const stale = ({ id }: ${one.pascal}): Stale${one.pascal} => ({ kind: 'stale-version', of: '${one.kebab}', id });
  return {
    find: (id) => okAsync(known.get(id)),
    add: (${one.camel}) => okAsync(store(${one.camel})),
    save: (${one.camel}) => (isCurrent(${one.camel}) ? okAsync(store(${one.camel})) : errAsync(stale(${one.camel}))),
    remove(${one.camel}) {
      if (!isCurrent(${one.camel})) return errAsync(stale(${one.camel}));
      known.delete(${one.camel}.id);
      return okAsync(undefined);
    },
  };
}
`,
  };
}
