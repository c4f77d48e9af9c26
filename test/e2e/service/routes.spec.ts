import { fastify } from 'fastify';
import { expectProblem } from '../../support/problems';
import { RunningService } from '../../support/running-service';

/** The public routes. Everything else needs a token: a route that becomes public must be listed here too. */
const publicRoutes = ['GET /docs', 'GET /health/live', 'GET /health/ready', 'GET /metrics'];
/** What @nestjs/swagger adds below its page. */
const isPartOfDocs = (route: string): boolean => route.startsWith('GET /docs/');

/** What one place of an address is called: by several routes, it may have several names. */
const PARAMETER = /:\w+(?:\|:\w+)*/g;

/** Every route of a Fastify instance, as `GET /path/:`, from the tree that it prints. */
function routesIn(tree: string): string[] {
  const prefixes: string[] = [];
  return tree
    .split('\n')
    .filter((line) => line.includes('(') || /[├└]/.test(line))
    .flatMap((line) => {
      const match = /^((?:[│ ] {3})*)[├└]── (\S*)(?: \(([^)]*)\))?$/.exec(line);
      if (!match) throw new Error(`Unknown format in the tree of routes: ${line}`);
      const [, indent = '', segment = '', methods = ''] = match;
      const depth = indent.length / 4;
      prefixes[depth] = (prefixes[depth - 1] ?? '') + segment;
      return methods
        .split(', ')
        .filter((method) => method && method !== 'HEAD')
        .map((method) => `${method} ${prefixes[depth]!.replaceAll(PARAMETER, ':')}`);
    })
    .sort();
}

describe('the routes of the application', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const routes = () =>
    routesIn(service.service.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));

  it('need a token, except for those listed here', async () => {
    const open: string[] = [];
    for (const route of routes()) {
      const [method, pattern = ''] = route.split(' ');
      const path = pattern.replaceAll(':', 'A').replace('*', '/swagger-ui.css');
      const response = await service.request(path, { method, as: null });
      if (response.status === 401) expectProblem(response, 401, 'unauthenticated');
      else open.push(route);
    }
    expect(open.filter((route) => !isPartOfDocs(route))).toEqual(publicRoutes);
  });

  it('are those of the OpenAPI document, except for the public ones', () => {
    const documented = Object.entries(service.openApi.document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, ':')}`),
    );
    const ofTheApi = routes().filter((route) => !publicRoutes.includes(route) && !isPartOfDocs(route));
    expect(ofTheApi).toEqual(documented.sort());
  });
});

it('a parameter that two routes call differently is one', () => {
  const server = fastify();
  for (const url of ['/customers/:id', '/customers/:customerId/balance']) server.get(url, () => '');
  expect(routesIn(server.printRoutes({ commonPrefix: false }))).toEqual([
    'GET /customers/:',
    'GET /customers/:/balance',
  ]);
});
