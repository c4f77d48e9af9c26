import {
  COMMAND,
  GENERATE,
  GENERATE_RESOURCE,
  INIT,
  isInitialised,
  passes,
  passesRepositoryTests,
  passesTheTestsOfTheLibrary,
  passesWhatAUseCaseCanChange,
  QUERY,
  respond,
  respondsWithPayments,
  SECONDS,
} from './expectations';
import { Fork } from './fork';

/** Words that no source of a service without the sample contains. */
const sampleWords = /\b(?:ordering|products?|catalogue|skus?|shop|(?:place|cancel|get|list)-?orders?)\b/i;

/**
 * Runs all tests but those of the suites database, monitoring, process and pack, and those of tools that are identical to
 * the template's. Tests that a use case can affect run twice.
 */
describe('a fork of the template, without its sample', () => {
  let fork: Fork;
  beforeAll(async () => {
    fork = await Fork.create('bare');
  }, 180 * SECONDS);
  afterAll(() => fork?.remove());

  describe('is refused in one line and unchanged', () => {
    it.each([
      ['without a name', [], /^A name is required/],
      ['with a bad name', ['--name', 'My Service'], /^'My Service' is not a valid name/],
      ['with the template’s name', ['--name', 'nest-service-template'], /own name/],
      ['with a bad scope', ['--name', 'a', '--scope', 'acme'], /^'acme' is not a valid scope/],
      ['with an unknown option', ['--bogus'], /unknown option/],
    ])('%s', async (_, args, reason) => {
      const { code, output } = await fork.tool(INIT, ...args);
      expect({ code, lines: output.trim().split('\n').length }).toEqual({ code: 2, lines: 1 });
      expect(output).toMatch(reason);
      expect(await fork.status()).toBe('');
    });

    it('with uncommitted changes', async () => {
      await fork.succeeds('git', 'rm', '--quiet', '--cached', 'LICENSE');
      const { code, output } = await fork.tool(INIT, '--name', 'my-service');
      await fork.succeeds('git', 'reset', '--quiet');
      expect({ code, output }).toMatchObject({ code: 2, output: expect.stringMatching(/^The work tree is not clean/) });
    });
  });

  it('lists the files of the generator on its page of files, while it is the template', async () => {
    const planned = await fork.tool(GENERATE, 'billing', 'settle-invoice', '--dry-run');
    expect(planned).toMatchObject({ code: 0, output: expect.stringMatching(/^add {5}src\/application\/billing\//m) });
    expect(await fork.status()).toBe('');
    expect(await fork.tool(GENERATE, 'billing', 'settle-invoice')).toMatchObject({ code: 0 });
    await fork.jest('--selectProjects', 'repository', '--testPathPatterns', 'docs/files');
    await fork.succeeds('git', 'reset', '--quiet', '--hard');
    await fork.succeeds('git', 'clean', '--quiet', '--force', '-d');
  }, 180_000);

  it('is unchanged after a failure', async () => {
    const objectives = 'deployments/monitoring/objectives.yml';
    await fork.succeeds('git', 'rm', '--quiet', objectives);
    await fork.commit('chore: no objectives');
    const { code, output } = await fork.tool(INIT, '--name', 'my-service');
    expect({ code, status: await fork.status() }).toEqual({ code: 1, status: '' });
    expect(output).toMatch(/^template:init failed. The checkout is as it was/m);
    expect(await fork.read(INIT)).toContain('template:init');
    await fork.succeeds('git', 'reset', '--quiet', '--hard', 'HEAD~1');
  }, 120_000);

  it(
    'becomes a service without a trace of the sample',
    async () => {
      expect(await fork.tool(INIT, '--name', 'my-service')).toMatchObject({ code: 0 });
      await isInitialised(fork, 'my-service');
      const left = await fork.run('git', 'grep', '-ilE', 'ordering|catalogue', '--', 'src/*.ts');
      expect(left.output).toBe('');
      const sources = (await fork.succeeds('git', 'ls-files', 'src/*.ts')).trim().split('\n');
      const mentioning: string[] = [];
      for (const path of sources.filter((name) => !name.startsWith('src/query-timing/')))
        if (sampleWords.test(await fork.read(path))) mentioning.push(path);
      expect(mentioning).toEqual([]);
    },
    180 * SECONDS,
  );

  it('passes its own checks and tests', () => passes(fork, '--serial'), 1_800 * SECONDS);

  it('passes the tests of the library', () => passesTheTestsOfTheLibrary(fork), 900 * SECONDS);

  it(
    'passes the tests of tools, pages and deployment files',
    () => passesRepositoryTests(fork, 'test/(?:docs|deployments|tools/(?:generate|test-suites))'),
    500 * SECONDS,
  );

  it(
    'starts, and has the metrics of its queries',
    () =>
      fork.whileServing(async (url) => {
        expect((await fetch(`${url}/health/ready`)).status).toBe(200);
        const metrics = await (await fetch(`${url}/metrics`)).text();
        expect(metrics).toMatch(/^db_queries_total\{query_type="SELECT"\} \d+$/m);
      }),
    180 * SECONDS,
  );

  it(
    'refuses a use case with a bad name, in one line',
    async () => {
      for (const [args, reason] of [
        [[], /missing required argument/],
        [['Billing', 'settle'], /^'Billing' is not a valid name for a context/],
        [['class', 'settle'], /is a TypeScript keyword/],
        [['billing', 'settle_invoice'], /^'settle_invoice' is not a valid name for a use case/],
        [['billing', 'settle', '--path', '{id}'], /^'\{id\}' is not a valid path/],
      ] as const) {
        const { code, output } = await fork.tool(GENERATE, ...args);
        expect({ code, lines: output.trim().split('\n').length }).toEqual({ code: 2, lines: 1 });
        expect(output).toMatch(reason);
      }
    },
    180 * SECONDS,
  );

  it('accepts the use cases of the generator once', async () => {
    for (const options of [COMMAND, QUERY])
      expect(await fork.tool(GENERATE, 'billing', ...options)).toMatchObject({ code: 0 });
    expect(await fork.tool(GENERATE, 'billing', ...COMMAND)).toMatchObject({
      code: 2,
      output: expect.stringMatching(/^The use case settle-invoice of billing exists already: /),
    });
  });

  it(
    'accepts a resource of the generator',
    async () => {
      const fields = 'amount:money,reference:text(35),note:text(200)?';
      const { code, output } = await fork.tool(GENERATE_RESOURCE, 'payments', 'payment', '--fields', fields);
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('curl') });
    },
    180 * SECONDS,
  );

  it(
    'passes its own checks and tests with the use cases and the resource',
    async () => {
      await passes(fork, '--serial');
      await passesWhatAUseCaseCanChange(fork);
    },
    1_800 * SECONDS,
  );

  it('responds on the routes of the use cases', () => respond(fork), 180 * SECONDS);

  it(
    'creates, shows and lists the resource, and counts its statements',
    () => respondsWithPayments(fork),
    180 * SECONDS,
  );
});
