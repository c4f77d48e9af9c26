import { RunningService } from '../support/running-service';
import { OpenApiConformance } from '../support/open-api-conformance';
import { aStockedProduct } from '../support/shop';

type Operation = { responses: Record<string, any>; security?: object[]; requestBody?: object; parameters?: any[] };

const isOfTheShop = (operation: string): boolean => /^[A-Z]+ \/api\/v1\/(?:orders|products)(?:\/|$)/.test(operation);

describe('the OpenAPI document', () => {
  let service: RunningService;
  let operations: [string, Operation][];
  beforeAll(async () => {
    service = await RunningService.start();
    operations = Object.entries(service.openApi.document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation as Operation,
      ]),
    );
  });
  afterAll(() => service.stop());

  it('is served as it is made', async () => {
    const { status, body } = await service.request('/docs/json', { as: null });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe(JSON.stringify(service.openApi.document));
  });

  it('has every operation of the API, and neither health nor metrics', () => {
    const names = operations.map(([name]) => name);
    expect(names.filter((name) => !name.includes(' /api/v1/'))).toEqual([]);
    expect(names.filter(isOfTheShop).sort()).toEqual([
      'GET /api/v1/orders',
      'GET /api/v1/orders/export',
      'GET /api/v1/orders/{id}',
      'GET /api/v1/products',
      'POST /api/v1/orders',
      'POST /api/v1/orders/{id}/cancel',
      'POST /api/v1/products/{sku}/restock',
      'PUT /api/v1/products/{sku}',
    ]);
  });

  it('says of every operation how it can fail, and that it needs a token', () => {
    for (const [name, { responses, security, requestBody, parameters = [] }] of operations) {
      const expected = ['400', '401', '429', '500', '503', '504'];
      if (requestBody) expected.push('413', '415');
      if (parameters.some((parameter) => parameter.in === 'path')) expected.push('414');
      expect({ name, statuses: Object.keys(responses) }).toEqual({
        name,
        statuses: expect.arrayContaining(expected),
      });
      expect(security).toEqual([{ bearer: [] }]);
      for (const [status, response] of Object.entries(responses)) {
        const success = name.endsWith('/export') ? 'application/x-ndjson' : 'application/json';
        const mediaType = Number(status) < 400 ? success : 'application/problem+json';
        expect(Object.keys(response.content)).toEqual([mediaType]);
      }
    }
  });

  it('refers to nothing that it does not have', () => {
    const text = JSON.stringify(service.openApi.document);
    const names = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
    expect(names.length).toBeGreaterThan(0);
    for (const name of new Set(names)) {
      const found = name
        .slice('#/'.length)
        .split('/')
        .reduce<any>((node, segment) => node?.[segment], service.openApi.document);
      expect({ name, found: typeof found }).toEqual({ name, found: 'object' });
    }
  });

  describe('takes and refuses the bodies that the server takes and refuses:', () => {
    const price = { amount: 799, currency: 'EUR' };
    const line = { sku: 'TEA', quantity: 1 };
    const orders = ['POST', '/api/v1/orders', '/api/v1/orders'] as const;
    const product = ['PUT', '/api/v1/products/{sku}', '/api/v1/products/NEW-1'] as const;
    const restock = ['POST', '/api/v1/products/{sku}/restock', '/api/v1/products/TEA/restock'] as const;
    beforeAll(() => aStockedProduct(service, { sku: 'TEA', stock: 100 }));

    it.each<[string, readonly [string, string, string], unknown, boolean]>([
      ['an order', orders, { lines: [line] }, true],
      ['an order with more', orders, { lines: [line], note: 'quick' }, false],
      ['a line with more', orders, { lines: [{ ...line, price }] }, false],
      ['a line with less', orders, { lines: [{ sku: 'TEA' }] }, false],
      ['a SKU that is none', orders, { lines: [{ sku: 'tea', quantity: 1 }] }, false],
      ['a quantity that is a text', orders, { lines: [{ sku: 'TEA', quantity: '1' }] }, false],
      ['an order of too many lines', orders, { lines: Array.from({ length: 101 }, () => line) }, false],
      ['an order of nothing', orders, {}, false],
      ['a list', orders, [line], false],
      ['a product', product, { name: 'Tea', price }, true],
      ['a product of a version', product, { name: 'Tea', price, version: 1 }, true],
      ['a product of half a version', product, { name: 'Tea', price, version: 0.5 }, false],
      ['a product with more', product, { name: 'Tea', price, stock: 1 }, false],
      ['a price with more', product, { name: 'Tea', price: { ...price, tax: 1 } }, false],
      ['a product without a price', product, { name: 'Tea' }, false],
      ['a name without end', product, { name: 'T'.repeat(201), price }, false],
      ['a restock', restock, { quantity: 5 }, true],
      ['a restock with more', restock, { quantity: 5, sku: 'TEA' }, false],
      ['a restock by null', restock, { quantity: null }, false],
    ])('%s', async (_, [method, template, path], body, good) => {
      const headers = { 'idempotency-key': crypto.randomUUID() };
      const { status } = await service.request(path, { method, body, headers });
      expect(status < 300).toBe(good);
      expect(service.openApi.requestBody(method, template)(body)).toBe(good);
    });

    it('its own examples', async () => {
      const { components } = service.openApi.document;
      const examples = Object.values(components?.schemas ?? {}).flatMap((schema) =>
        'example' in schema ? [[schema.example]] : [],
      );
      expect(examples).toHaveLength(3);
      for (const [, { requestBody }] of operations) {
        const reference = (requestBody as any)?.content['application/json'].schema.$ref as string | undefined;
        if (!reference) continue;
        const schema = components?.schemas?.[reference.split('/').at(-1)!] as { example: unknown };
        const [method, template] = operations
          .find(([, operation]) => operation.requestBody === requestBody)![0]
          .split(' ');
        expect(service.openApi.requestBody(method!, template!)(schema.example)).toBe(true);
      }
    });
  });

  it('describes the parameters as the server takes them', () => {
    const parameters = Object.fromEntries(
      operations
        .filter(([name]) => isOfTheShop(name))
        .map(([name, operation]) => [name, (operation.parameters ?? []).map((parameter) => parameter.name)]),
    );
    expect(parameters).toEqual({
      'GET /api/v1/orders': ['status', 'cursor', 'limit'],
      'GET /api/v1/orders/export': [],
      'GET /api/v1/orders/{id}': ['id'],
      'GET /api/v1/products': ['cursor', 'limit'],
      'POST /api/v1/orders': ['Idempotency-Key'],
      'POST /api/v1/orders/{id}/cancel': ['id'],
      'POST /api/v1/products/{sku}/restock': ['sku'],
      'PUT /api/v1/products/{sku}': ['sku'],
    });
  });

  describe('held against an answer', () => {
    const answer = { method: 'GET', path: '/api/v1/products?limit=1', status: 200, contentType: 'application/json' };
    const item = { sku: 'A', name: 'Tea', price: { amount: 1, currency: 'EUR' }, stock: 1, version: 1 };
    const violationOf = (change: object) =>
      new OpenApiConformance(service.openApi.document).violationOf({ ...answer, body: { items: [item] }, ...change });
    const problem = { type: 'urn:problem:x', title: 'X', status: 400, instance: '/', code: 'invalid-cursor' };
    const problemType = 'application/problem+json; charset=utf-8';

    it.each([
      ['what it says', {}],
      ['an address that it does not know', { path: '/health/live', body: {} }],
      ['a problem', { status: 400, contentType: problemType, body: problem }],
    ])('finds nothing wrong with %s', (_, change) => {
      expect(violationOf(change)).toBeUndefined();
    });

    it.each([
      ['a status that it does not have', { status: 418 }],
      ['another media type', { contentType: 'text/html' }],
      ['a body with more', { body: { items: [{ ...item, secret: 1 }] } }],
      ['a body with less', { body: { items: [{ sku: 'A' }] } }],
      ['a problem without a code', { status: 400, contentType: problemType, body: { ...problem, code: undefined } }],
      [
        'a code of another operation',
        { status: 400, contentType: problemType, body: { ...problem, code: 'empty-order' } },
      ],
    ])('finds %s', (_, change) => {
      expect(violationOf(change)).toMatch(/^GET \/api\/v1\/products answered/);
    });
  });
});

describe('the documentation page', () => {
  let service: RunningService;
  let page: string;
  beforeAll(async () => {
    service = await RunningService.start();
    page = (await service.request<string>('/docs', { as: null })).body;
  });
  afterAll(() => service.stop());

  it('comes with all that it asks for', async () => {
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
    expect(assets.length).toBeGreaterThanOrEqual(4);
    for (const asset of assets) {
      const { pathname, origin } = new URL(asset, `${service.url}/docs`);
      expect(origin).toBe(service.url);
      expect({ asset, ...(await service.request(pathname, { as: null })) }).toMatchObject({ asset, status: 200 });
    }
  });

  it('runs under its Content-Security-Policy: no script stands inside of it', async () => {
    const { headers } = await service.request('/docs', { as: null });
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    const scripts = [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, content] of scripts) {
      expect(attributes).toContain('src=');
      expect(content?.trim()).toBe('');
    }
    expect(page).not.toMatch(/\son\w+=/);
  });
});
