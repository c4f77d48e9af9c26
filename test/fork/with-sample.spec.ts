import {
  answers,
  GENERATE,
  INIT,
  isInitialised,
  passes,
  passesBesideTheCode,
  passesWhatAUseCaseCanChange,
  SECONDS,
  selectsOf,
} from './expectations';
import { Fork } from './fork';

/**
 * Differs from this checkout by names: of the tests of what stands beside the code it runs those that can tell, by what
 * they import or read. It has more to do than the fork without the sample, which is tested beside it, and so does two
 * things at a time.
 */
describe('a fork of the template, with its sample', () => {
  let fork: Fork;
  beforeAll(async () => {
    fork = await Fork.create('full');
  }, 60 * SECONDS);
  afterAll(() => fork?.remove());

  it(
    'is a service of its own',
    async () => {
      const init = await fork.tool(INIT, '--name', 'my-service', '--scope', '@acme', '--keep-sample');
      expect(init).toMatchObject({ code: 0 });
      await isInitialised(fork, '@acme/my-service');
    },
    60 * SECONDS,
  );

  it('passes its own checks and tests', () => passes(fork), 400 * SECONDS);

  it(
    'passes the tests of what stands beside the code and has another name there',
    () => passesBesideTheCode(fork, 'test/(?:docs/reachable|deployments/|tools/test-suites)'),
    200 * SECONDS,
  );

  it(
    'starts, and counts its queries',
    () =>
      fork.whileServing(async (url) => {
        const before = await selectsOf(url);
        const products = await fetch(`${url}/api/v1/products`, { headers: await fork.authorization(url) });
        expect(products.status).toBe(200);
        expect(await selectsOf(url)).toBeGreaterThan(before);
      }),
    60 * SECONDS,
  );

  it(
    'passes its own checks and tests with a use case of the generator',
    async () => {
      expect(await fork.tool(GENERATE, 'ordering', 'confirm-order')).toMatchObject({ code: 0 });
      await passes(fork);
      await passesWhatAUseCaseCanChange(fork);
    },
    400 * SECONDS,
  );

  it(
    'answers on the route of the use case, whose queries are on its metrics',
    () => answers(fork, 'ordering/confirm-order'),
    60 * SECONDS,
  );
});
