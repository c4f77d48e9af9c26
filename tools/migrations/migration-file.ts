import type { DataSource } from 'typeorm';

export interface Statements {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** What to change in a database so that it is as the entities say, and how to take that back. Both empty: nothing. */
export async function differences(dataSource: DataSource): Promise<Statements> {
  const { upQueries, downQueries } = await dataSource.driver.createSchemaBuilder().log();
  return { up: upQueries.map(({ query }) => query), down: downQueries.map(({ query }) => query).reverse() };
}

/** @param name words in lower case between hyphens @throws RangeError for any other name */
export function migrationFileName(name: string, createdAt: number): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new RangeError(`'${name}' is no name for a migration: write it like add-customer-notes.`);
  }
  return `${createdAt}-${name}.ts`;
}

const className = (fileName: string): string => {
  const [createdAt = '', ...words] = fileName.replace(/\.ts$/, '').split('-');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('') + createdAt;
};

export function migrationFile(fileName: string, { up, down }: Statements): string {
  const name = className(fileName);
  return `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ${name} implements MigrationInterface {
  readonly name = '${name}';

  async up(runner: QueryRunner): Promise<void> {
${calls(up)}
  }

  async down(runner: QueryRunner): Promise<void> {
${calls(down)}
  }
}
`;
}

function calls(statements: readonly string[]): string {
  const literals = statements.map((sql) => `\`${sql.trim().replace(/[\\`]|\$\{/g, '\\$&')}\``);
  return (literals.length > 0 ? literals : ['``']).map((literal) => `    await runner.query(${literal});`).join('\n');
}

/** The list of all migrations. @param fileNames of the folder, in any order */
export function migrationIndex(fileNames: readonly string[]): string {
  const files = fileNames.filter((name) => /^\d+-.+\.ts$/.test(name)).sort((a, b) => parseInt(a) - parseInt(b));
  const names = files.map(className);
  const imports = files.map((file, at) => `import { ${names[at]} } from './${file.replace(/\.ts$/, '')}';`);
  return `${imports.join('\n')}

/** In the order in which they run. Listed one by one, because a glob finds different files in \`src\` and in \`dist\`. */
export const migrations = [${names.join(', ')}];
`;
}
