import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { environmentSchema } from '../../src/infrastructure/config/environment';
import type { GeneratedFile } from './generated-file';

const PAGE = 'docs/guides/CONFIGURATION.md';
const TABLE = /(<!-- configuration -->\n)[^]*?(\n<!-- \/configuration -->)/;

/** The page with every environment variable of the service, its default and its meaning. @throws when it has no place for the table */
export function generate(): GeneratedFile[] {
  const page = readFileSync(PAGE, 'utf8');
  if (!TABLE.test(page)) throw new Error(`${PAGE} has no <!-- configuration --> … <!-- /configuration -->.`);
  const table = configurationTable();
  const content = page.replace(TABLE, (_, before: string, after: string) => `${before}\n${table}\n${after}`);
  return [{ path: PAGE, content }];
}

function configurationTable(): string {
  const rows = Object.entries<z.ZodType>(environmentSchema.shape).map(([name, schema]) => {
    const unset = schema.safeParse(undefined);
    return `| \`${name}\` | ${format(unset.data)} | ${schema.description ?? ''} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function format(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : JSON.stringify(value)?.replaceAll('"', '');
  return text ? `\`${text}\`` : '–';
}
