import { expectProblem } from '../../support/problems';
import { RunningService } from '../../support/running-service';

/** Who may be called by anybody. Everything else needs a token: to open a route, write it down here too. */
const publicRoutes = ['GET /docs', 'GET /health/live', 'GET /health/ready', 'GET /metrics'];
/** What @nestjs/swagger adds below its page. */
const isPartOfDocs = (route: string): boolean => route.startsWith('GET /docs/');

/** Every route of a Fastify instance, as `GET /path`, from the tree that it prints. */
function routesIn(tree: string): string[] {
  const prefixes: string[] = [];
  return tree
    .split('\n')
    .filter((line) => line.includes('(') || /[├└]/.test(line))
    .flatMap((line) => {
      const match = /^((?:[│ ] {3})*)[├└]── (\S*)(?: \(([^)]*)\))?$/.exec(line);
      if (!match) throw new Error(`This line of the tree of routes was not understood: ${line}`);
      const [, indent = '', segment = '', methods = ''] = match;
      const depth = indent.length / 4;
      prefixes[depth] = (prefixes[depth - 1] ?? '') + segment;
      return methods
        .split(', ')
        .filter((method) => method && method !== 'HEAD')
        .map((method) => `${method} ${prefixes[depth]}`);
    })
    .sort();
}

describe('nobody may do anything without a token', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const routes = () =>
    routesIn(service.service.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));

  it('with every route of the application, but for those that are written down', async () => {
    const open: string[] = [];
    for (const route of routes()) {
      const [method, pattern = ''] = route.split(' ');
      const path = pattern.replaceAll(/:\w+/g, 'A').replace('*', '/swagger-ui.css');
      const answer = await service.request(path, { method, as: null });
      if (answer.status === 401) expectProblem(answer, 401, 'unauthenticated');
      else open.push(route);
    }
    expect(open.filter((route) => !isPartOfDocs(route))).toEqual(publicRoutes);
  });

  it('and the routes are those of the OpenAPI document, besides', () => {
    const documented = Object.entries(service.openApi.document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const ofTheApi = routes().filter((route) => !publicRoutes.includes(route) && !isPartOfDocs(route));
    expect(ofTheApi).toEqual(documented.sort());
  });
});
