import { importOf, lines } from '../resource/text';
import type { Parameter } from './address';
import { exampleOf, notFoundKind, type UseCase } from './use-case';

const SUPPORT = 'test/support';

/** The tests of a use case, and of the port of a query. */
export const testSources = (useCase: UseCase): Record<string, string> => ({
  ...(useCase.type === 'query' ? queryTests(useCase) : commandTest(useCase)),
  [useCase.paths.e2eTest]: e2eTest(useCase),
});

/** `{ id: '…' }`: of the first or of another value of each parameter. */
const parametersOf = (parameters: readonly Parameter[], other = false): string =>
  `{ ${parameters.map(({ name, example }) => `${name}: '${other ? example.replace(/1$/, '2') : example}'`).join(', ')} }`;

function queryTests(useCase: UseCase): Record<string, string> {
  const { names, address, paths, thing } = useCase;
  const { pascal, words } = names;
  const { unitTest, contractTest, fake } = paths;
  const kind = notFoundKind(useCase);
  const [known, unknown] = [parametersOf(address.parameters), parametersOf(address.parameters, true)];
  if (!kind)
    return {
      [unitTest]: `${importOf(unitTest, paths.useCase, pascal)}${importOf(unitTest, fake, `InMemory${pascal}`)}
it('to ${words} returns what there is', async () => {
  const view = ${exampleOf(useCase)};
  const outcome = await new ${pascal}(new InMemory${pascal}(view)).execute();
  expect(outcome._unsafeUnwrap()).toEqual(view);
});
`,
      [contractTest]: `${importOf(contractTest, paths.port, `type ${pascal}Port`)}${importOf(contractTest, paths.adapter, `Sql${pascal}`)}${importOf(contractTest, fake, `InMemory${pascal}`)}
const view = ${exampleOf(useCase)};

/** What every adapter of the port of ${words} guarantees. */
describe.each<[string, () => ${pascal}Port]>([['in memory', () => new InMemory${pascal}(view)]])('%s', (_, open) => {
  it('has what there is', async () => {
    expect((await open().read())._unsafeUnwrap()).toEqual(view);
  });
});

/** Replace it by a line of the list above, on the database of test/support/transactions-on-postgres.ts. */
it('on PostgreSQL nothing is read yet', async () => {
  expect((await new Sql${pascal}().read())._unsafeUnwrapErr()).toEqual({ kind: 'not-implemented' });
});
`,
    };
  return {
    [unitTest]: `${importOf(unitTest, paths.useCase, pascal)}${importOf(unitTest, fake, `InMemory${pascal}`)}
const view = ${exampleOf(useCase)};

describe('to ${words}', () => {
  const ${names.camel} = new ${pascal}(new InMemory${pascal}([view]));

  it('returns what was found', async () => {
    const outcome = await ${names.camel}.execute(${known});
    expect(outcome._unsafeUnwrap()).toEqual(view);
  });

  it('is refused for an unknown ${thing.words}', async () => {
    const unknown = ${unknown};
    const outcome = await ${names.camel}.execute(unknown);
    expect(outcome._unsafeUnwrapErr()).toEqual({ kind: '${kind}', ...unknown });
  });
});
`,
    [contractTest]: `${importOf(contractTest, paths.port, `type ${pascal}Port`)}${importOf(contractTest, paths.adapter, `Sql${pascal}`)}${importOf(contractTest, fake, `InMemory${pascal}`)}
const known = ${exampleOf(useCase)};

/** What every adapter of the port of ${words} guarantees. */
describe.each<[string, () => ${pascal}Port]>([['in memory', () => new InMemory${pascal}([known])]])('%s', (_, open) => {
  it('finds what exists', async () => {
    expect((await open().find(known))._unsafeUnwrap()).toEqual(known);
  });

  it('finds nothing else', async () => {
    expect((await open().find(${unknown}))._unsafeUnwrap()).toBeUndefined();
  });
});

/** Replace it by a line of the list above, on the database of test/support/transactions-on-postgres.ts. */
it('on PostgreSQL nothing is read yet', async () => {
  expect((await new Sql${pascal}().find())._unsafeUnwrapErr()).toEqual({ kind: 'not-implemented' });
});
`,
  };
}

function commandTest(useCase: UseCase): Record<string, string> {
  const { names, address, body, paths } = useCase;
  const input = [
    ...address.parameters.map(({ name, example }) => `${name}: '${example}'`),
    ...body.map(({ name, values }) => `${name}: ${values[0].input}`),
  ].join(', ');
  return {
    [paths.unitTest]: `${importOf(paths.unitTest, paths.useCase, names.pascal)}
it('to ${names.words} is not written yet', async () => {
  const outcome = await new ${names.pascal}().execute(${input && `{ ${input} }`});
  expect(outcome._unsafeUnwrapErr()).toEqual({ kind: 'not-implemented' });
});
`,
  };
}

function e2eTest({ type, address, body, paths }: UseCase): string {
  const path = paths.e2eTest;
  const method = type === 'query' ? 'GET' : 'POST';
  const value =
    (replaced?: string) =>
    (text: string, { name, example }: Parameter) =>
      text.replace(`{${name}}`, name === replaced ? '1' : example);
  const addressOf = (replaced?: string): string => address.parameters.reduce(value(replaced), address.template);
  const options = type === 'query' ? '' : `, { method: '${method}'${body.length > 0 ? ', body' : ''} }`;
  const rejected = [
    ...body.map(({ name, rejected: wrong }) => `['an invalid ${name}', { ...content, ${name}: ${wrong} }],`),
    ...body
      .filter(({ optional }) => !optional)
      .map(({ name }) => `['no ${name}', { ...content, ${name}: undefined }],`),
    `['an unknown field', { ...content, unknown: 1 }],`,
  ];
  const [call, content] = body.length > 0 ? ['(body: unknown)', 'content'] : ['()', ''];
  return `${importOf(path, `${SUPPORT}/problems.ts`, 'expectProblem')}${importOf(path, `${SUPPORT}/running-service.ts`, 'RunningService')}
const ADDRESS = '${addressOf()}';
${body.length > 0 ? `const content = { ${body.map(({ name, values }) => `${name}: ${values[0].json}`).join(', ')} };\n` : ''}
describe('${method} ${address.template}', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const send = ${call} => service.request(ADDRESS${options});

  it('is not written yet', async () => {
    expectProblem(await send(${content}), 501, 'not-implemented');
  });
${lines(
  address.parameters.filter(({ isId }) => isId),
  ({ name }) => `
  it('is rejected with an invalid ${name}', async () => {
    const response = await service.request('${addressOf(name)}'${options.replace('body', 'body: content')});
    expectProblem(response, 400, 'validation-failed');
  });
`,
)}${
    body.length > 0
      ? `
  it.each([
${lines(rejected, (line) => line)}
  ])('is rejected with %s', async (_, body) => {
    expectProblem(await send(body), 400, 'validation-failed');
  });
`
      : ''
  }
  it('needs a token', async () => {
    const response = await service.request(ADDRESS, { ${type === 'query' ? '' : `method: '${method}', `}as: null });
    expectProblem(response, 401, 'unauthenticated');
  });
});
`;
}
