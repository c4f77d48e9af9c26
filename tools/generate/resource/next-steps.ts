import type { Resource } from './paths';
import { capital } from './text';

/** What was made, how to try it, and what is left to write. */
export function nextSteps({ names, fields, paths }: Resource, migration: string): string {
  const { context, many, one } = names;
  const example = fields.map((field) => [field.name, JSON.parse(field.values[0].json) as unknown] as const);
  const json = JSON.stringify(Object.fromEntries(example));
  return `
Added /api/v1/${many.kebab}: POST, GET, GET /{id}, PUT /{id} and DELETE /{id}. Changes need the scope ${context.kebab}:write.

Check it:  npm run check && npx jest --selectProjects contract e2e --testPathPatterns ${context.kebab}
Try it:    npm start, and in another terminal

  curl -sS -w '\\n' http://127.0.0.1:3000/api/v1/${many.kebab} -H "Authorization: Bearer $(npm run -s token)" \\
    -H 'Idempotency-Key: my-first-${one.kebab}' -H 'Content-Type: application/json' \\
    -d '${json}'

Write next:
  ${paths.aggregate}  the rules of ${names.aThing}: they return an Err with a kind
  ${paths.controller}  who may read and change which ${many.words}: now everyone with a token reads all
  ${migration}  read it; add indices for how ${many.words} are searched
  docs/guides/ADD-A-CONTEXT-WITH-A-TABLE.md explains each file.
${capital(many.words)} are listed newest first.`;
}
