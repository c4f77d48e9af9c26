import type { UseCase } from './use-case';

/** What was made, how to try it, and what is left to write. */
export function nextSteps({ type, context, names, thing, address, body, paths }: UseCase): string {
  const isQuery = type === 'query';
  const method = isQuery ? 'GET' : 'POST';
  const path = address.parameters.reduce(
    (text, { name, example }) => text.replace(`{${name}}`, example),
    address.template,
  );
  const example = body.map((field) => [field.name, JSON.parse(field.values[0].json) as unknown] as const);
  const json = JSON.stringify(Object.fromEntries(example));
  const sent =
    body.length > 0 ? ` \\\n    -H 'Content-Type: application/json' -d '${json}'` : isQuery ? '' : ' -X POST';
  const [rules, reads] = [
    `  ${paths.useCase}  what it does: it returns an Err whose kind names the thing, such as '${thing.kebab}-not-found'`,
    `  ${paths.adapter}  its statement, and in ${paths.port} what it reads`,
  ];
  return `
Added ${method} ${address.template}. It responds with 501 until it is written.

Check it:  npm run check && npx jest --selectProjects contract e2e --testPathPatterns ${context.kebab}/${names.kebab}
Try it:    npm start, and in another terminal

  curl -sS -w '\\n' http://127.0.0.1:3000${path} -H "Authorization: Bearer $(npm run -s token)"${sent}

Write next:
${isQuery ? reads : rules}
  ${paths.controller}  who may call it: now everyone with a token${isQuery ? '' : '; and an Idempotency-Key, if a client may repeat it'}
  ${paths.schemas}  what the client ${body.length > 0 ? 'sends and ' : ''}gets
  ${paths.e2eTest}  its refusals and its response
Then remove NotImplemented from the use case, and its kind from the list of problems in the controller; once no use case has it, the
compiler shows that its problem can go. docs/guides/ADD-A-CONTEXT-WITH-A-TABLE.md explains each layer.`;
}
