import type { Resource } from './paths';
import { capital, hasMoney, importOf, MONEY_ERRORS } from './text';

const SHARED = 'src/application/shared';
const MONEY = 'src/domain/shared/money.ts';

/** Those that change something. */
export function commandSources({ names, fields, paths }: Resource): Record<string, string> {
  const { one, many, aThing } = names;
  const money = hasMoney(fields);
  const moneyErrors = money ? `${MONEY_ERRORS.join(' | ')} | ` : '';
  const input = money ? `${one.pascal}Input` : `${one.pascal}Details`;
  const details = money ? `yield* ${one.camel}Details(details)` : 'details';
  const key = 'IdempotencyKeyReused';
  const notFound = (id: string) => `err({ kind: '${one.kebab}-not-found', ${one.camel}Id: ${id} } as const)`;
  const common = (path: string, stale: boolean, aggregate: string | false) =>
    [
      `import { Injectable } from '@nestjs/common';\n`,
      importOf(path, 'neverthrow', 'err', 'ok', 'safeTry', 'type ResultAsync'),
      importOf(path, paths.aggregate, aggregate, !money && path !== paths.remove && `type ${one.pascal}Details`),
      importOf(path, paths.errors, `type ${one.pascal}NotFound`, stale && `type Stale${one.pascal}`),
    ].join('');
  const idempotent = (path: string) =>
    [
      importOf(path, MONEY, ...(money ? MONEY_ERRORS.map((name) => `type ${name}`) : [])),
      importOf(path, `${SHARED}/idempotency.ts`, 'Idempotency'),
      importOf(path, `${SHARED}/idempotency-keys.ts`, `type ${key}`),
      importOf(path, paths.input, money && `${one.camel}Details`, money && `type ${one.pascal}Input`),
      importOf(path, paths.unitOfWork, `${one.pascal}UnitOfWork`),
      importOf(path, paths.view, `${one.camel}View`, `type ${one.pascal}View`),
    ].join('');
  const constructor = `constructor(
    private readonly unitOfWork: ${one.pascal}UnitOfWork,
    private readonly idempotency: Idempotency,
  ) {}`;
  return {
    [paths.create]: `${common(paths.create, false, one.pascal)}${idempotent(paths.create)}
export interface Create${one.pascal}Command {
  readonly customerId: string;
  /** Chosen by the client: the same key and details give the same ${one.words}, however often the request is sent. */
  readonly idempotencyKey: string;
  readonly details: ${input};
}

export type Create${one.pascal}Error = ${moneyErrors}${one.pascal}NotFound | ${key};

export interface Created${one.pascal} {
  readonly ${one.camel}: ${one.pascal}View;
  /** True when an earlier request with this key created the ${one.words}. */
  readonly repeated: boolean;
}

/** Creates ${aThing}. A repeated request finds the ${one.words} as it is now, or none when it was removed since. */
@Injectable()
export class Create${one.pascal} {
  ${constructor}

  execute({ customerId, idempotencyKey, details }: Create${one.pascal}Command): ResultAsync<Created${one.pascal}, Create${one.pascal}Error> {
    const { idempotency } = this;
    return this.unitOfWork.run(({ ${many.camel}, idempotencyKeys }) =>
      safeTry<Created${one.pascal}, Create${one.pascal}Error>(async function* () {
        const request = ['create-${one.kebab}', details];
        const { id, repeated } = yield* await idempotency.claimId(idempotencyKeys, { customerId, idempotencyKey, request });
        if (repeated) {
          const known = yield* await ${many.camel}.find(id);
          return known ? ok({ ${one.camel}: ${one.camel}View(known), repeated }) : ${notFound('id')};
        }
        const stored = yield* await ${many.camel}.add(${one.pascal}.create(id, ${details}));
        return ok({ ${one.camel}: ${one.camel}View(stored), repeated });
      }),
    );
  }
}
`,
    [paths.update]: `${common(paths.update, true, false)}${idempotent(paths.update)}
export interface Update${one.pascal}Command {
  readonly customerId: string;
  /** Chosen by the client. Without one, a repeated request is refused: its version is stale. */
  readonly idempotencyKey?: string;
  readonly id: string;
  /** The version that the caller has read. */
  readonly version: number;
  readonly details: ${input};
}

export type Update${one.pascal}Error = ${moneyErrors}${one.pascal}NotFound | Stale${one.pascal} | ${key};

export interface Updated${one.pascal} {
  readonly ${one.camel}: ${one.pascal}View;
  /** True when an earlier request with this key made the change. */
  readonly repeated: boolean;
}

/** Replaces the details of ${aThing}. */
@Injectable()
export class Update${one.pascal} {
  ${constructor}

  execute({ customerId, idempotencyKey, id, version, details }: Update${one.pascal}Command): ResultAsync<Updated${one.pascal}, Update${one.pascal}Error> {
    const { idempotency } = this;
    return this.unitOfWork.run(({ ${many.camel}, idempotencyKeys }) =>
      safeTry<Updated${one.pascal}, Update${one.pascal}Error>(async function* () {
        const request = ['update-${one.kebab}', id, version, details];
        const repeated = yield* await idempotency.claim(idempotencyKeys, { customerId, idempotencyKey, request });
        const known = yield* await ${many.camel}.find(id);
        if (!known) return ${notFound('id')};
        if (repeated) return ok({ ${one.camel}: ${one.camel}View(known), repeated });
        if (known.version !== version) return err({ kind: 'stale-version', of: '${one.kebab}', id } as const);
        const stored = yield* await ${many.camel}.save(known.change(${details}));
        return ok({ ${one.camel}: ${one.camel}View(stored), repeated });
      }),
    );
  }
}
`,
    [paths.remove]: `${common(paths.remove, true, false)}${importOf(paths.remove, paths.unitOfWork, `${one.pascal}UnitOfWork`)}
export interface Remove${one.pascal}Command {
  readonly id: string;
}

export type Remove${one.pascal}Error = ${one.pascal}NotFound | Stale${one.pascal};

@Injectable()
export class Remove${one.pascal} {
  constructor(private readonly unitOfWork: ${one.pascal}UnitOfWork) {}

  execute({ id }: Remove${one.pascal}Command): ResultAsync<void, Remove${one.pascal}Error> {
    return this.unitOfWork.run(({ ${many.camel} }) =>
      safeTry<void, Remove${one.pascal}Error>(async function* () {
        const known = yield* await ${many.camel}.find(id);
        if (!known) return ${notFound('id')};
        yield* await ${many.camel}.remove(known);
        return ok(undefined);
      }),
    );
  }
}
`,
  };
}

/** Those that read. */
export function querySources({ names, paths }: Resource): Record<string, string> {
  const { one, many } = names;
  return {
    [paths.get]: `import { Injectable } from '@nestjs/common';
import { err, ok, type ResultAsync } from 'neverthrow';
${importOf(paths.get, paths.errors, `type ${one.pascal}NotFound`)}${importOf(paths.get, paths.queries, `${one.pascal}Queries`)}${importOf(paths.get, paths.view, `type ${one.pascal}View`)}
export interface Get${one.pascal}Query {
  readonly id: string;
}

export type Get${one.pascal}Error = ${one.pascal}NotFound;

@Injectable()
export class Get${one.pascal} {
  constructor(private readonly queries: ${one.pascal}Queries) {}

  execute({ id }: Get${one.pascal}Query): ResultAsync<${one.pascal}View, Get${one.pascal}Error> {
    return this.queries
      .find(id)
      .andThen((known) => (known ? ok(known) : err({ kind: '${one.kebab}-not-found' as const, ${one.camel}Id: id })));
  }
}
`,
    [paths.list]: `import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
${importOf(paths.list, `${SHARED}/page.ts`, 'decodeCursor', 'toPage', 'type InvalidCursor', 'type Page')}${importOf(paths.list, `${SHARED}/uuid.ts`, 'isUuid')}${importOf(paths.list, paths.queries, `${one.pascal}Queries`, `type ${one.pascal}Position`)}${importOf(paths.list, paths.view, `type ${one.pascal}View`)}
export interface List${many.pascal}Query {
  readonly cursor?: string;
  readonly limit: number;
}

export type List${many.pascal}Error = InvalidCursor;

/** ${capital(many.words)}, newest first. */
@Injectable()
export class List${many.pascal} {
  constructor(private readonly queries: ${one.pascal}Queries) {}

  execute({ cursor, limit }: List${many.pascal}Query): ResultAsync<Page<${one.pascal}View>, List${many.pascal}Error> {
    return decodeCursor(cursor, is${one.pascal}Position)
      .asyncAndThen((after) => this.queries.list({ after, limit: limit + 1 }))
      .map((found) => toPage(found, limit));
  }
}

function is${one.pascal}Position(parts: readonly string[]): parts is ${one.pascal}Position {
  return parts.length === 1 && isUuid(parts[0]!);
}
`,
  };
}
