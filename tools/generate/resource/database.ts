import { quoted, snake } from '../sql-names';
import type { Field } from './field';
import type { Resource } from './paths';
import { hasMoney, importOf, lines } from './text';

const DATABASE = 'src/infrastructure/database';

/** The entity, the repository, the unit of work and the queries. */
export function databaseSources(resource: Resource): Record<string, string> {
  const { names, paths } = resource;
  const { one, many } = names;
  return {
    [paths.entity]: entitySource(resource),
    [paths.sqlRepository]: repositorySource(resource),
    [paths.sqlUnitOfWork]: `import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
${importOf(paths.sqlUnitOfWork, paths.unitOfWork, `${one.pascal}UnitOfWork`, `type ${one.pascal}Transaction`)}${importOf(paths.sqlUnitOfWork, `${DATABASE}/idempotency/typeorm-idempotency-keys.ts`, 'TypeOrmIdempotencyKeys')}${importOf(paths.sqlUnitOfWork, `${DATABASE}/transaction-runner.ts`, 'TransactionRunner')}${importOf(paths.sqlUnitOfWork, paths.sqlRepository, `TypeOrm${one.pascal}Repository`)}
@Injectable()
export class TypeOrm${one.pascal}UnitOfWork extends ${one.pascal}UnitOfWork {
  constructor(private readonly transactions: TransactionRunner) {
    super();
  }

  run<T, E>(work: (transaction: ${one.pascal}Transaction) => ResultAsync<T, E>): ResultAsync<T, E> {
    return this.transactions.run((manager, events) =>
      work({
        ${many.camel}: new TypeOrm${one.pascal}Repository(manager),
        idempotencyKeys: new TypeOrmIdempotencyKeys(manager),
        events,
      }),
    );
  }
}
`,
    [paths.sqlQueries]: queriesSource(resource),
  };
}

function entitySource({ names, fields, paths }: Resource): string {
  const { one, table } = names;
  const columns = fields.flatMap(({ optional, columns: own }) => own.map((column) => ({ ...column, optional })));
  const checks = fields.flatMap((field) => field.checks);
  const types = fields.flatMap(({ enumeration }) => (enumeration ? [`type ${enumeration.type}`] : []));
  const limits = fields.some(({ maxLength }) => maxLength !== undefined) && `${one.camel}Lengths`;
  const wholeNumbers = ['wholeNumber', 'optionalWholeNumber'].map((name) =>
    columns.some(({ options }) => options === `...${name}`) ? name : undefined,
  );
  return `import { EntitySchema } from 'typeorm';
${importOf(paths.entity, paths.aggregate, limits, ...types)}${importOf(paths.entity, `${DATABASE}/columns.ts`, ...wholeNumbers)}
/** A row as it is stored. The aggregate does not depend on it. */
export interface ${one.pascal}Row {
  id: string;
${lines(columns, ({ property, rowType, optional }) => `${property}: ${rowType}${optional ? ' | null' : ''};`)}
  version: number;
}

/** Names every constraint and index, so that it and the migrations describe the same schema. */
export const ${one.pascal}Entity = new EntitySchema<${one.pascal}Row>({
  name: '${snake(one.kebab)}',
  tableName: '${table}',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: '${table}_pkey' },
${lines(columns, ({ property, name, options, optional }) => {
  const named = name === property ? '' : `name: '${name}', `;
  const nullable = optional && !options.startsWith('...') ? ', nullable: true' : '';
  const isShared = named === '' && options.startsWith('...');
  return `${property}: ${isShared ? options.slice(3) : `{ ${named}${options}${nullable} }`},`;
})}
    version: { type: 'integer' },
  },
${
  checks.length > 0
    ? `checks: [
${lines(checks, ({ name, expression }) => `{ name: '${name}', expression: ${expression.includes("'") ? `\`${expression}\`` : `'${expression}'`} },`)}
  ],`
    : ''
}
});
`;
}

function repositorySource({ names, fields, paths }: Resource): string {
  const { one } = names;
  return `import { err, ok, ResultAsync } from 'neverthrow';
import type { EntityManager } from 'typeorm';
${importOf(paths.sqlRepository, paths.aggregate, one.pascal)}${importOf(paths.sqlRepository, paths.repository, `type ${one.pascal}Repository`)}${importOf(paths.sqlRepository, paths.errors, `type Stale${one.pascal}`)}${importOf(paths.sqlRepository, `${DATABASE}/restore-money.ts`, hasMoney(fields) && 'restoreMoney')}${importOf(paths.sqlRepository, paths.entity, `${one.pascal}Entity`, `type ${one.pascal}Row`)}
export class TypeOrm${one.pascal}Repository implements ${one.pascal}Repository {
  constructor(private readonly manager: EntityManager) {}

  find(id: string): ResultAsync<${one.pascal} | undefined, never> {
    const found = this.manager.findOneBy(${one.pascal}Entity, { id });
    return ResultAsync.fromSafePromise(found.then((row) => (row ? to${one.pascal}(row) : undefined)));
  }

  add(${one.camel}: ${one.pascal}): ResultAsync<${one.pascal}, never> {
    const stored = ${one.pascal}.restore({ ...${one.camel}, version: 1 });
    return ResultAsync.fromSafePromise(this.manager.insert(${one.pascal}Entity, toRow(stored))).map(() => stored);
  }

  /** TypeORM does not check a version column on update, so the number of affected rows does. */
  save(${one.camel}: ${one.pascal}): ResultAsync<${one.pascal}, Stale${one.pascal}> {
    const { id, version } = ${one.camel};
    const stored = ${one.pascal}.restore({ ...${one.camel}, version: version + 1 });
    const updated = this.manager.update(${one.pascal}Entity, { id, version }, toRow(stored));
    return new ResultAsync(updated.then(({ affected }) => (affected === 1 ? ok(stored) : err(stale(id)))));
  }

  remove({ id, version }: ${one.pascal}): ResultAsync<void, Stale${one.pascal}> {
    const deleted = this.manager.delete(${one.pascal}Entity, { id, version });
    return new ResultAsync(deleted.then(({ affected }) => (affected === 1 ? ok(undefined) : err(stale(id)))));
  }
}

const stale = (id: string): Stale${one.pascal} => ({ kind: 'stale-version', of: '${one.kebab}', id });

function to${one.pascal}(row: ${one.pascal}Row): ${one.pascal} {
  return ${one.pascal}.restore({
    id: row.id,
${lines(fields, ({ name, restored }) => `${name}: ${restored('row')},`)}
    version: row.version,
  });
}

function toRow(${one.camel}: ${one.pascal}): ${one.pascal}Row {
  return {
    id: ${one.camel}.id,
${lines(fields, ({ name, optional, columns }) =>
  lines(columns, ({ property, of }) => `${property}: ${of(`${one.camel}.${name}`)}${optional ? ' ?? null' : ''},`),
)}
    version: ${one.camel}.version,
  };
}
`;
}

function queriesSource({ names, fields, paths }: Resource): string {
  const { one, many, table } = names;
  const columns = fields.flatMap(({ optional, columns: own }) => own.map((column) => ({ ...column, optional })));
  const types = fields.flatMap(({ enumeration }) => (enumeration ? [`type ${enumeration.type}`] : []));
  const selects = ['id', ...columns.map(({ select }) => select), 'version'];
  const sql = `SELECT ${wrapped(selects, '         ')}
    FROM ${quoted(table)}`;
  const all = `select${many.pascal}`;
  return `import { Injectable } from '@nestjs/common';
import type { ResultAsync } from 'neverthrow';
import { DataSource } from 'typeorm';
${importOf(paths.sqlQueries, paths.queries, `${one.pascal}Queries`, `type ${one.pascal}Listing`, `type ${one.pascal}Position`)}${importOf(paths.sqlQueries, paths.view, `type ${one.pascal}View`)}${importOf(paths.sqlQueries, 'src/application/shared/page.ts', 'type Positioned')}${importOf(paths.sqlQueries, paths.aggregate, ...types)}${importOf(paths.sqlQueries, `${DATABASE}/limited.ts`, 'limited')}${importOf(paths.sqlQueries, `${DATABASE}/select.ts`, 'select')}
interface ${one.pascal}ViewRow {
  id: string;
${lines(columns, ({ name, selected, optional }) => `${name}: ${selected}${optional ? ' | null' : ''};`)}
  version: number;
}

const ${all} = \`
  ${sql}\`;
const selectOne = \`\${${all}} WHERE id = $1\`;
const selectFirst = limited(\`\${${all}} ORDER BY id DESC\`);
const selectAfter = limited(\`\${${all}} WHERE id < $1 ORDER BY id DESC\`);

/** Plain SQL: reads need no aggregates, and a page of any length takes one statement. */
@Injectable()
export class Sql${one.pascal}Queries extends ${one.pascal}Queries {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  find(id: string): ResultAsync<${one.pascal}View | undefined, never> {
    return select<${one.pascal}ViewRow, ${one.pascal}View | undefined>(
      this.dataSource,
      selectOne,
      [id],
      ([row]) => row && to${one.pascal}View(row),
    );
  }

  list({ after, limit }: ${one.pascal}Listing): ResultAsync<Positioned<${one.pascal}View, ${one.pascal}Position>[], never> {
    return after
      ? select(this.dataSource, selectAfter(limit), [after[0]], toPositioned)
      : select(this.dataSource, selectFirst(limit), [], toPositioned);
  }
}

const toPositioned = (rows: ${one.pascal}ViewRow[]): Positioned<${one.pascal}View, ${one.pascal}Position>[] =>
  rows.map((row) => ({ item: to${one.pascal}View(row), position: [row.id] }));

function to${one.pascal}View(row: ${one.pascal}ViewRow): ${one.pascal}View {
  return {
    id: row.id,
${lines(fields, (field: Field) => `${field.name}: ${field.shownOfRow('row')},`)}
    version: row.version,
  };
}
`;
}

/** Items between commas, on lines of at most 100 characters. */
function wrapped(items: readonly string[], indent: string): string {
  const rows: string[] = [];
  for (const item of items) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + item.length < 100) rows[rows.length - 1] = `${last}, ${item}`;
    else rows.push(item);
  }
  return rows.join(`,\n${indent}`);
}
