import type { Resource } from './paths';
import { capital, hasMoney, importOf, isMoney, lines, members, MONEY_ERRORS } from './text';

const SHARED = 'src/application/shared';
const MONEY_VIEW = `${SHARED}/money.view.ts`;
const MONEY = 'src/domain/shared/money.ts';

/** What the use cases share: the view, the input, and the ports. */
export function applicationSources({ names, fields, paths }: Resource): Record<string, string> {
  const { one, many } = names;
  const moneyFields = fields.filter(isMoney);
  const types = fields.flatMap(({ enumeration }) => (enumeration ? [`type ${enumeration.type}`] : []));
  const input = `/** The details as a client gives them: not checked yet. */
export interface ${one.pascal}Input {
${members(fields, 'input')}
}

export function ${one.camel}Details(input: ${one.pascal}Input): Result<${one.pascal}Details, ${MONEY_ERRORS.join(' | ')}> {
  return safeTry(function* () {
    return ok({
      ...input,
${lines(moneyFields, ({ name, optional }) => {
  const money = `yield* Money.of(input.${name}.amount, input.${name}.currency)`;
  return `${name}: ${optional ? `input.${name} && (${money})` : money},`;
})}
    });
  });
}
`;
  return {
    [paths.view]: `${importOf(paths.view, paths.aggregate, `type ${one.pascal}`, ...types)}${importOf(paths.view, MONEY_VIEW, hasMoney(fields) && 'moneyView', hasMoney(fields) && 'type MoneyView')}
export interface ${one.pascal}View {
  readonly id: string;
${members(fields, 'view')}
  readonly version: number;
}

export function ${one.camel}View(${one.camel}: ${one.pascal}): ${one.pascal}View {
  return {
    id: ${one.camel}.id,
${lines(fields, ({ name, shown }) => `${name}: ${shown(`${one.camel}.${name}`)},`)}
    version: ${one.camel}.version,
  };
}
`,
    ...(hasMoney(fields) && {
      [paths.input]: `import { ok, safeTry, type Result } from 'neverthrow';
${importOf(paths.input, paths.aggregate, `type ${one.pascal}Details`, ...types)}${importOf(paths.input, MONEY, 'Money', ...MONEY_ERRORS.map((name) => `type ${name}`))}${importOf(paths.input, MONEY_VIEW, 'type MoneyView')}
${input}`,
    }),
    [paths.queries]: `import type { ResultAsync } from 'neverthrow';
${importOf(paths.queries, `${SHARED}/page.ts`, 'type Positioned')}${importOf(paths.queries, paths.view, `type ${one.pascal}View`)}
/** Newest first: the ids sort by the time of their creation. */
export type ${one.pascal}Position = readonly [id: string];

export interface ${one.pascal}Listing {
  /** ${capital(many.words)} after this one. */
  readonly after?: ${one.pascal}Position;
  /** Maximum number of rows. */
  readonly limit: number;
}

/** Port: the read side. Bypasses the aggregate; each query is one statement, for any number of rows. */
export abstract class ${one.pascal}Queries {
  abstract find(id: string): ResultAsync<${one.pascal}View | undefined, never>;
  abstract list(listing: ${one.pascal}Listing): ResultAsync<Positioned<${one.pascal}View, ${one.pascal}Position>[], never>;
}
`,
    [paths.unitOfWork]: `${importOf(paths.unitOfWork, paths.repository, `type ${one.pascal}Repository`)}${importOf(paths.unitOfWork, `${SHARED}/event-publisher.ts`, 'type EventPublisher')}${importOf(paths.unitOfWork, `${SHARED}/idempotency-keys.ts`, 'type IdempotencyKeys')}${importOf(paths.unitOfWork, `${SHARED}/unit-of-work.ts`, 'UnitOfWork')}
export interface ${one.pascal}Transaction {
  readonly ${many.camel}: ${one.pascal}Repository;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly events: EventPublisher;
}

/** Port: the ${many.words}, their events and the idempotency keys, in one transaction. */
export abstract class ${one.pascal}UnitOfWork extends UnitOfWork<${one.pascal}Transaction> {}
`,
  };
}
