import { body } from './http';
import type { Resource } from './paths';
import { importOf, isMoney, lines } from './text';

const SUPPORT = 'test/support';

/** The resource over HTTP: each operation, each refusal, and the number of statements. */
export function e2eTest({ names, fields, paths }: Resource): Record<string, string> {
  const { context, one, many, aThing } = names;
  const path = paths.e2eTest;
  const money = fields.find(isMoney);
  const required = fields.filter(({ optional }) => !optional);
  const rejected = [
    ...fields.map(({ name, rejected: value }) => `['an invalid ${name}', { ...details, ${name}: ${value} }],`),
    ...required.map(({ name }) => `['no ${name}', { ...details, ${name}: undefined }],`),
    `['an unknown field', { ...details, unknown: 1 }],`,
  ];
  const onlyRequired = `{ ${required.map(({ name }) => `${name}: details.${name}`).join(', ')} }`;
  const moneyTest = money
    ? `
    it('is refused with an amount or a currency that does not exist', async () => {
      const change = (value: object) => create({ ...details, ${money.name}: value });
      expectProblem(await change({ amount: 0.5, currency: 'EUR' }), 422, 'invalid-amount');
      expectProblem(await change({ amount: 1, currency: 'TEA' }), 422, 'invalid-currency');
    });
`
    : '';
  return {
    [path]: `import { randomUUID } from 'node:crypto';
${importOf(path, `${SUPPORT}/problems.ts`, 'expectProblem')}${importOf(path, `${SUPPORT}/running-service.ts`, 'RunningService')}import '${importedTesting(path)}';

const ADDRESS = '/api/v1/${many.kebab}';
const details = { ${body(fields, 0)} };
const otherDetails = { ${body(fields, 1)} };

interface Shown {
  readonly id: string;
  readonly version: number;
}

describe('${many.words} over HTTP', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const create = (content: unknown, { key = randomUUID(), scopes = ['${context.kebab}:write'] } = {}) =>
    service.request<Shown>(ADDRESS, { method: 'POST', body: content, headers: { 'idempotency-key': key }, scopes });
  const created = async (content: unknown = details) => {
    const { status, body } = await create(content);
    expect(status).toBe(201);
    return body;
  };
  const read = (id: string) => service.request<Shown>(\`\${ADDRESS}/\${id}\`);
  const update = (id: string, content: unknown, headers: Record<string, string> = {}) =>
    service.request<Shown>(\`\${ADDRESS}/\${id}\`, { method: 'PUT', body: content, headers });
  const remove = (id: string) => service.request(\`\${ADDRESS}/\${id}\`, { method: 'DELETE' });

  describe('creating ${aThing}', () => {
    it('responds with it and its address, where it can be read with one statement', async () => {
      const response = await create(details);
      expect(response).toMatchObject({ status: 201, body: { ...details, version: 1 } });
      const { id } = response.body;
      expect(response.headers.get('location')).toBe(\`\${ADDRESS}/\${id}\`);
      await expect(async () => {
        expect(await read(id)).toMatchObject({ status: 200, body: { id, ...details, version: 1 } });
      }).toTakeStatements(1);
    });

    it('is done once for requests with one key', async () => {
      const key = randomUUID();
      const first = await create(details, { key });
      const again = await create(details, { key });
      expect(again).toMatchObject({ status: 201, body: first.body });
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expectProblem(await create(otherDetails, { key }), 409, 'idempotency-key-reused');
    });
${
  required.length > 0 && required.length < fields.length
    ? `
    it('is possible without what is optional', async () => {
      const content = ${onlyRequired};
      expect(await created(content)).toEqual({ id: expect.any(String), ...content, version: 1 });
    });
`
    : ''
}
    it.each([
${lines(rejected, (line) => line)}
    ])('is rejected with %s', async (_, content) => {
      expectProblem(await create(content), 400, 'validation-failed');
    });
${moneyTest}
    it('needs a token with the scope of the context', async () => {
      expectProblem(await create(details, { scopes: [] }), 403, 'forbidden');
    });
  });

  describe('changing ${aThing}', () => {
    it('replaces its details, once with one key', async () => {
      const { id } = await created();
      const content = { ...otherDetails, version: 1 };
      const headers = { 'idempotency-key': randomUUID() };
      expect(await update(id, content, headers)).toMatchObject({ status: 200, body: { id, ...otherDetails, version: 2 } });
      const again = await update(id, content, headers);
      expect(again).toMatchObject({ status: 200, body: { version: 2 } });
      expect(again.headers.get('idempotent-replayed')).toBe('true');
    });

    it('is refused with a stale version, and changes nothing', async () => {
      const { id } = await created();
      expectProblem(await update(id, { ...otherDetails, version: 2 }), 409, 'stale-version');
      expect((await read(id)).body).toMatchObject({ ...details, version: 1 });
    });
  });

  it('a removed ${one.words} can no longer be read, changed or removed', async () => {
    const { id } = await created();
    expect((await remove(id)).status).toBe(204);
    const refused = [await read(id), await remove(id), await update(id, { ...details, version: 1 })];
    for (const response of refused) expectProblem(response, 404, '${one.kebab}-not-found');
  });

  it('an invalid id is rejected', async () => {
    expectProblem(await read('1'), 400, 'validation-failed');
  });

  describe('a list', () => {
    interface Page {
      readonly items: readonly Shown[];
      readonly nextCursor?: string;
    }
    const page = (query: string) => service.request<Page>(\`\${ADDRESS}?\${query}\`);

    it('has every ${one.words} once, newest first, with one statement per page', async () => {
      const before = new Set((await page('limit=100')).body.items.map(({ id }) => id));
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.push((await created()).id);
      const seen: string[] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const query: string = cursor === '' ? 'limit=2' : \`limit=2&cursor=\${cursor}\`;
        await expect(async () => {
          const response = await page(query);
          expect(response.status).toBe(200);
          seen.push(...response.body.items.map(({ id }) => id));
          cursor = response.body.nextCursor;
        }).toTakeStatements(1);
      }
      expect(seen.filter((id) => !before.has(id))).toEqual(ids.reverse());
      expect(new Set(seen).size).toBe(seen.length);
    });

    it('rejects a cursor that it did not return', async () => {
      expectProblem(await page('cursor=garbage'), 400, 'invalid-cursor');
      expectProblem(await page('limit=0'), 400, 'validation-failed');
    });
  });
});
`,
  };
}

/** The matchers of the query timing. */
const importedTesting = (path: string): string => `${'../'.repeat(path.split('/').length - 1)}src/query-timing/testing`;
