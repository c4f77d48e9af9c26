import {
  COMMAND,
  GENERATE,
  INIT,
  isInitialised,
  passes,
  passesRepositoryTests,
  passesWhatAUseCaseCanChange,
  QUERY,
  respond,
  SECONDS,
  selectsOf,
} from './expectations';
import { Fork } from './fork';

/**
 * Only names differ from this checkout: of the tests of tools, pages and deployment files it runs those that import or
 * read them. All others run once, when the generator has added to it; those of the library in the fork without the sample.
 */
describe('a fork of the template, with its sample', () => {
  let fork: Fork;
  beforeAll(async () => {
    fork = await Fork.create('full');
  }, 180 * SECONDS);
  afterAll(() => fork?.remove());

  it(
    'becomes a service',
    async () => {
      const init = await fork.tool(INIT, '--name', 'my-service', '--scope', '@acme', '--keep-sample');
      expect(init).toMatchObject({ code: 0 });
      await isInitialised(fork, '@acme/my-service');
    },
    180 * SECONDS,
  );

  it(
    'passes the tests of tools, pages and deployment files with its name',
    () => passesRepositoryTests(fork, 'test/(?:docs/reachable|deployments/|tools/test-suites)'),
    500 * SECONDS,
  );

  it(
    'starts and counts its queries',
    () =>
      fork.whileServing(async (url) => {
        const before = await selectsOf(url);
        const products = await fetch(`${url}/api/v1/products`, { headers: await fork.authorization(url) });
        expect(products.status).toBe(200);
        expect(await selectsOf(url)).toBeGreaterThan(before);
      }),
    180 * SECONDS,
  );

  it(
    'passes its own checks and tests with use cases of the generator',
    async () => {
      for (const options of [COMMAND, QUERY])
        expect(await fork.tool(GENERATE, 'ordering', ...options)).toMatchObject({ code: 0 });
      await passes(fork);
      await passesWhatAUseCaseCanChange(fork);
    },
    1_800 * SECONDS,
  );

  it('responds on the routes of the use cases', () => respond(fork), 180 * SECONDS);
});
