import { RunningService } from '../support/running-service';
import { OpenApiConformance } from '../support/open-api-conformance';
import { aStockedProduct } from '../support/shop';

type Operation = { responses: Record<string, any>; security?: object[]; requestBody?: object; parameters?: any[] };

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

  it('is served unchanged', async () => {
    const { status, body } = await service.request('/docs/json', { as: null });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe(JSON.stringify(service.openApi.document));
  });

  it('has neither health nor metrics', () => {
    expect(operations.map(([name]) => name).filter((name) => !name.includes(' /api/v1/'))).toEqual([]);
  });

  it('lists for each operation its error responses, and that it needs a token', () => {
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
        if (status === '204') continue;
        const success = name.endsWith('/export') ? 'application/x-ndjson' : 'application/json';
        const mediaType = Number(status) < 400 ? success : 'application/problem+json';
        expect(Object.keys(service.openApi.resolved(response).content)).toEqual([mediaType]);
      }
    }
  });

  it('has no dangling references', () => {
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

  describe('accepts and rejects the same bodies as the server:', () => {
    const price = { amount: 799, currency: 'EUR' };
    const line = { sku: 'TEA', quantity: 1 };
    const orders = ['POST', '/api/v1/orders', '/api/v1/orders'] as const;
    const product = ['PUT', '/api/v1/products/{sku}', '/api/v1/products/NEW-1'] as const;
    const restock = ['POST', '/api/v1/products/{sku}/restock', '/api/v1/products/TEA/restock'] as const;
    beforeAll(() => aStockedProduct(service, { sku: 'TEA', stock: 100 }));

    it.each<[string, readonly [string, string, string], unknown, boolean]>([
      ['an order', orders, { lines: [line] }, true],
      ['an order with an unknown field', orders, { lines: [line], note: 'quick' }, false],
      ['a line with an unknown field', orders, { lines: [{ ...line, price }] }, false],
      ['a line without a quantity', orders, { lines: [{ sku: 'TEA' }] }, false],
      ['an invalid SKU', orders, { lines: [{ sku: 'tea', quantity: 1 }] }, false],
      ['a quantity that is a string', orders, { lines: [{ sku: 'TEA', quantity: '1' }] }, false],
      ['an order with too many lines', orders, { lines: Array.from({ length: 101 }, () => line) }, false],
      ['an order without lines', orders, {}, false],
      ['a list', orders, [line], false],
      ['a product', product, { name: 'Tea', price }, true],
      ['a product with a version', product, { name: 'Tea', price, version: 1 }, true],
      ['a product with a fractional version', product, { name: 'Tea', price, version: 0.5 }, false],
      ['a product with an unknown field', product, { name: 'Tea', price, stock: 1 }, false],
      ['a price with an unknown field', product, { name: 'Tea', price: { ...price, tax: 1 } }, false],
      ['a product without a price', product, { name: 'Tea' }, false],
      ['a name that is too long', product, { name: 'T'.repeat(201), price }, false],
      ['a restock', restock, { quantity: 5 }, true],
      ['a restock with an unknown field', restock, { quantity: 5, sku: 'TEA' }, false],
      ['a restock with null', restock, { quantity: null }, false],
    ])('%s', async (_, [method, template, path], body, accepted) => {
      const headers = { 'idempotency-key': crypto.randomUUID() };
      const { status } = await service.request(path, { method, body, headers });
      expect(status < 300).toBe(accepted);
      expect(service.openApi.requestBody(method, template)(body)).toBe(accepted);
    });
  });

  describe('compared with a response', () => {
    const response = { method: 'GET', path: '/api/v1/products?limit=1', status: 200, contentType: 'application/json' };
    const item = { sku: 'A', name: 'Tea', price: { amount: 1, currency: 'EUR' }, stock: 1, version: 1 };
    const violationOf = (change: object) =>
      new OpenApiConformance(service.openApi.document).violationOf({ ...response, body: { items: [item] }, ...change });
    const problem = { type: 'urn:problem:x', title: 'X', status: 400, instance: '/', code: 'invalid-cursor' };
    const problemType = 'application/problem+json; charset=utf-8';

    it.each([
      ['a conforming response', {}],
      ['a path outside of the document', { path: '/health/live', body: {} }],
      ['a problem', { status: 400, contentType: problemType, body: problem }],
    ])('accepts %s', (_, change) => {
      expect(violationOf(change)).toBeUndefined();
    });

    it.each([
      ['an undocumented status', { status: 418 }],
      ['a different media type', { contentType: 'text/html' }],
      ['a body with an unknown field', { body: { items: [{ ...item, secret: 1 }] } }],
      ['a body with a missing field', { body: { items: [{ sku: 'A' }] } }],
      ['a problem without a code', { status: 400, contentType: problemType, body: { ...problem, code: undefined } }],
      [
        'a code of a different operation',
        { status: 400, contentType: problemType, body: { ...problem, code: 'empty-order' } },
      ],
    ])('reports %s', (_, change) => {
      expect(violationOf(change)).toMatch(/^GET \/api\/v1\/products responded with/);
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

  it('can load all of its assets', async () => {
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
    expect(assets.length).toBeGreaterThanOrEqual(4);
    for (const asset of assets) {
      const { pathname, origin } = new URL(asset, `${service.url}/docs`);
      expect(origin).toBe(service.url);
      expect({ asset, ...(await service.request(pathname, { as: null })) }).toMatchObject({ asset, status: 200 });
    }
  });

  it.each([
    ['a file that does not exist', '/docs/nothing.css', 404, 'not-found'],
    ['a path with a NUL character', '/docs/%00', 403, 'forbidden'],
    ['a path outside', '/docs//etc/passwd', 403, 'forbidden'],
    ['a path that cannot be decoded', '/docs/%E0%A4%A', 400, 'bad-request'],
    ['a range that is not there', '/docs/swagger-ui.css', 416, 'range-not-satisfiable'],
  ])('responds with a problem and security headers to %s', async (_, path, status, code) => {
    const response = await fetch(service.url + path, { headers: status === 416 ? { range: 'bytes=99999999-' } : {} });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('default-src');
    const problem = (await response.json()) as { title: string };
    expect(problem).toMatchObject({ status, code });
    expect(problem.title).not.toContain('token');
  });

  it('conforms to its Content-Security-Policy: it has no inline scripts', async () => {
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
