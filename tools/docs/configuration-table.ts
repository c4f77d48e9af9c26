import type { z } from 'zod';
import { environmentSchema } from '../../src/infrastructure/config/environment';

/** Every environment variable of the service, its default and its meaning, as a Markdown table. */
export function configurationTable(): string {
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
