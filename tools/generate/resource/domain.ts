import type { Resource } from './paths';
import { hasMoney, importOf, lines, members } from './text';

const MONEY = 'src/domain/shared/money.ts';

/** The aggregate, its errors, and the port of its repository. */
export function domainSources({ names, fields, paths }: Resource): Record<string, string> {
  const { one, many, aThing } = names;
  const enumerations = fields.flatMap(({ enumeration }) => enumeration ?? []);
  const limited = fields.filter(({ maxLength }) => maxLength !== undefined);
  return {
    [paths.aggregate]: `${importOf(paths.aggregate, MONEY, hasMoney(fields) && 'type Money')}
${lines(
  enumerations,
  ({
    constant,
    type,
    values,
  }) => `export const ${constant} = [${values.map((value) => `'${value}'`).join(', ')}] as const;
export type ${type} = (typeof ${constant})[number];
`,
)}
${
  limited.length > 0
    ? `/** Maximum lengths in characters. The schemas and the columns use them. */
export const ${one.camel}Lengths = { ${limited.map(({ name, maxLength }) => `${name}: ${grouped(maxLength!)}`).join(', ')} } as const;
`
    : ''
}
/** What a client decides about ${aThing}. */
export interface ${one.pascal}Details {
${members(fields, 'aggregate')}
}

export interface ${one.pascal}Data extends ${one.pascal}Details {
  readonly id: string;
  /** 0 until it is stored for the first time; each save adds 1. */
  readonly version: number;
}

/** Immutable: every change returns a new ${one.words}. */
export class ${one.pascal} implements ${one.pascal}Data {
  readonly id: string;
${members(fields, 'aggregate')}
  readonly version: number;

  private constructor(data: ${one.pascal}Data) {
    this.id = data.id;
${lines(fields, ({ name }) => `this.${name} = data.${name};`)}
    this.version = data.version;
  }

  static create(id: string, details: ${one.pascal}Details): ${one.pascal} {
    return new ${one.pascal}({ ...details, id, version: 0 });
  }

  /** From a store, which only holds valid data: no checks. */
  static restore(data: ${one.pascal}Data): ${one.pascal} {
    return new ${one.pascal}(data);
  }

  /** Replaces all details: an optional one that is not given is removed. */
  change(details: ${one.pascal}Details): ${one.pascal} {
    return new ${one.pascal}({ ...details, id: this.id, version: this.version });
  }
}
`,
    [paths.errors]: `/** Why a request about ${many.words} is refused. */
export type ${one.pascal}NotFound = { readonly kind: '${one.kebab}-not-found'; readonly ${one.camel}Id: string };
/** Another transaction changed the ${one.words} after it was read. */
export type Stale${one.pascal} = { readonly kind: 'stale-version'; readonly of: '${one.kebab}'; readonly id: string };
`,
    [paths.repository]: `import type { ResultAsync } from 'neverthrow';
${importOf(paths.repository, paths.aggregate, `type ${one.pascal}`)}${importOf(paths.repository, paths.errors, `type Stale${one.pascal}`)}
/** Port: the ${many.words}, inside one transaction. */
export interface ${one.pascal}Repository {
  find(id: string): ResultAsync<${one.pascal} | undefined, never>;
  /** Stores a new ${one.words}. @returns it with its first version */
  add(${one.camel}: ${one.pascal}): ResultAsync<${one.pascal}, never>;
  /** Stores the ${one.words} unless it has changed since it was read. @returns it with its new version */
  save(${one.camel}: ${one.pascal}): ResultAsync<${one.pascal}, Stale${one.pascal}>;
  /** Deletes the ${one.words} unless it has changed since it was read. */
  remove(${one.camel}: ${one.pascal}): ResultAsync<void, Stale${one.pascal}>;
}
`,
  };
}

/** `1000` as `1_000`. */
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '_');
