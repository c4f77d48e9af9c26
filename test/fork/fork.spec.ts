import { randomUUID } from 'node:crypto';
import { Fork } from './fork';

const INIT = 'tools/template/init.ts';
const GENERATE = 'tools/generate/main.ts';

/** What no source of a service without the sample speaks of. */
const sampleWords = /\b(?:ordering|products?|catalogue|skus?|shop|(?:place|cancel|get|list)-?orders?)\b/i;

const SECONDS = 1_000;

/**
 * Two forks, with the sample and without it, beside each other. Each runs its `npm run check`, contract and end-to-end
 * tests, starts and is scraped, takes a use case of the generator, and does it all again. The tests of what stands beside
 * the code come on top: whole without the sample; with it, and after the use case, those that can tell a difference. Not
 * run again are the suites database, monitoring, process, pack and fork.
 */
describe('a fork of the template', () => {
  let bare: Fork;
  let full: Fork;
  beforeAll(async () => {
    [bare, full] = await Promise.all([Fork.create('bare'), Fork.create('full')]);
  }, 60 * SECONDS);
  afterAll(async () => {
    await Promise.all([bare?.remove(), full?.remove()]);
  });

  describe('is refused, in one line, and left as it was', () => {
    it.each([
      ['without a name', [], /^A name is missing/],
      ['with a bad name', ['--name', 'My Service'], /^'My Service' is no name/],
      ['with the template’s name', ['--name', 'nest-service-template'], /own name/],
      ['with a bad scope', ['--name', 'a', '--scope', 'acme'], /^'acme' is no scope/],
      ['with an option that there is not', ['--bogus'], /unknown option/],
    ])('%s', async (_, args, reason) => {
      const { code, output } = await bare.tool(INIT, ...args);
      expect({ code, lines: output.trim().split('\n').length }).toEqual({ code: 2, lines: 1 });
      expect(output).toMatch(reason);
      expect(await bare.status()).toBe('');
    });

    it('with changes that are not committed', async () => {
      await bare.succeeds('git', 'rm', '--quiet', '--cached', 'LICENSE');
      const { code, output } = await bare.tool(INIT, '--name', 'my-service');
      await bare.succeeds('git', 'reset', '--quiet');
      expect({ code, output }).toMatchObject({ code: 2, output: expect.stringMatching(/^The work tree is not clean/) });
    });
  });

  it('has what the generator makes on its index of files, while it is the template', async () => {
    expect(await bare.tool(GENERATE, 'billing', 'settle-invoice')).toMatchObject({ code: 0 });
    await bare.jest('--selectProjects', 'repository', '--testPathPatterns', 'docs/files');
    await bare.succeeds('git', 'reset', '--quiet', '--hard');
    await bare.succeeds('git', 'clean', '--quiet', '--force', '-d');
  }, 90_000);

  it('is as it was after a failure half-way', async () => {
    const rules = 'deployments/monitoring/prometheus-alerts-database.yml';
    await bare.succeeds('git', 'rm', '--quiet', rules);
    await bare.commit('no rules to generate from');
    const { code, output } = await bare.tool(INIT, '--name', 'my-service');
    expect({ code, status: await bare.status() }).toEqual({ code: 1, status: '' });
    expect(output).toMatch(/^It failed half-way; the checkout is as it was/);
    expect(await bare.read(INIT)).toContain('template:init');
    await bare.succeeds('git', 'reset', '--quiet', '--hard', 'HEAD~1');
  });

  it(
    'is a service of its own, with the sample and without it',
    async () => {
      await Promise.all([
        bare.tool(INIT, '--name', 'my-service'),
        full.tool(INIT, '--name', 'my-service', '--scope', '@acme', '--keep-sample'),
      ]).then((outcomes) => expect(outcomes.map(({ code }) => code)).toEqual([0, 0]));
      for (const [fork, name] of [
        [bare, 'my-service'],
        [full, '@acme/my-service'],
      ] as const) {
        await fork.commit('init');
        const manifest = JSON.parse(await fork.read('package.json'));
        expect(manifest).toMatchObject({ name, template: { name: 'nest-service-template' } });
        expect(Object.keys(manifest.scripts)).not.toContain('template:init');
        expect(JSON.parse(await fork.read('package-lock.json'))).toMatchObject({ name });
        expect(await fork.read('deployments/monitoring/prometheus.yml')).toContain('job_name: my-service');
        expect(await fork.read('deployments/kubernetes/monitoring/service-monitor.yaml')).toContain('name: my-service');
        expect(await fork.read('README.md')).toMatch(/^# my-service\n/);
      }
      const left = await bare.run('git', 'grep', '-ilE', 'ordering|catalogue', '--', 'src/*.ts');
      expect(left.output).toBe('');
      const sources = (await bare.succeeds('git', 'ls-files', 'src/*.ts')).trim().split('\n');
      const speaking: string[] = [];
      for (const path of sources.filter((name) => !name.startsWith('src/query-timing/')))
        if (sampleWords.test(await bare.read(path))) speaking.push(path);
      expect(speaking).toEqual([]);
      const library = ['diff', '--name-only', 'HEAD~1', 'HEAD', '--', 'src/query-timing', 'test/query-timing'];
      for (const fork of [bare, full]) expect(await fork.succeeds('git', ...library)).toBe('');
    },
    120 * SECONDS,
  );

  it(
    'passes its own checks and tests',
    async () => {
      await Promise.all([
        (async () => {
          await passes(bare, '--serial');
          await bare.suites(['repository']);
        })(),
        (async () => {
          await passes(full);
          await full.jest('--selectProjects', 'repository', '--changedSince', 'HEAD~1');
          const readers = 'test/(?:docs/(?:pages|reachable|running)|deployments/)';
          await full.jest('--selectProjects', 'repository', '--testPathPatterns', readers);
        })(),
      ]);
    },
    400 * SECONDS,
  );

  it(
    'starts, and counts its queries',
    async () => {
      await Promise.all([
        bare.whileServing(async (url) => {
          expect((await fetch(`${url}/health/ready`)).status).toBe(200);
          expect(await selectsOf(url)).toBeGreaterThan(0);
        }),
        full.whileServing(async (url) => {
          const before = await selectsOf(url);
          const products = await fetch(`${url}/api/v1/products`, { headers: await full.authorization(url) });
          expect(products.status).toBe(200);
          expect(await selectsOf(url)).toBeGreaterThan(before);
        }),
      ]);
    },
    120 * SECONDS,
  );

  it(
    'takes a use case of the generator, whose route answers and whose queries are on its metrics',
    async () => {
      for (const [args, reason] of [
        [[], /missing required argument/],
        [['Billing', 'settle'], /^'Billing' is no name for a context/],
        [['class', 'settle'], /is a word of the language/],
        [['billing', 'settle_invoice'], /^'settle_invoice' is no name for a use case/],
      ] as const) {
        const { code, output } = await bare.tool(GENERATE, ...args);
        expect({ code, lines: output.trim().split('\n').length }).toEqual({ code: 2, lines: 1 });
        expect(output).toMatch(reason);
      }
      expect(await bare.tool(GENERATE, 'billing', 'settle-invoice')).toMatchObject({ code: 0 });
      expect(await bare.tool(GENERATE, 'billing', 'settle-invoice')).toMatchObject({
        code: 2,
        output: expect.stringMatching(/^There is a use case settle-invoice in billing already/),
      });
      expect(await full.tool(GENERATE, 'ordering', 'confirm-order')).toMatchObject({ code: 0 });
      await Promise.all([
        passesAgain(bare, '--serial').then(() => answers(bare, 'billing/settle-invoice')),
        passesAgain(full).then(() => answers(full, 'ordering/confirm-order')),
      ]);
    },
    400 * SECONDS,
  );
});

/**
 * Its `npm run check`, contract and end-to-end tests. The library's without their coverage: its files are ours, unchanged.
 * The fork with the sample has the more to do, and may do two things at a time.
 */
async function passes(fork: Fork, ...options: string[]): Promise<void> {
  const { check } = (JSON.parse(await fork.read('package.json')) as { scripts: { check: string } }).scripts;
  const checked = check.split('--only ')[1]!.split(',');
  expect(checked).toEqual(expect.arrayContaining(['typecheck', 'lint', 'format', 'architecture', 'library', 'unit']));
  await fork.suites([...checked.filter((suite) => suite !== 'library'), 'contract', 'e2e'], ...options);
  await fork.jest('--selectProjects', 'library');
}

async function passesAgain(fork: Fork, ...options: string[]): Promise<void> {
  await passes(fork, ...options);
  await fork.jest('--selectProjects', 'repository', '--onlyChanged');
}

async function answers(fork: Fork, route: string): Promise<void> {
  await fork.whileServing(async (url) => {
    const id = randomUUID();
    const options = { method: 'POST', headers: await fork.authorization(url) };
    const answer = await fetch(`${url}/api/v1/${route}/${id}`, options);
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 200, body: { id } });
    expect(await selectsOf(url)).toBeGreaterThan(0);
  });
}

/** How many statements that read have been counted. */
async function selectsOf(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^db_queries_total\{query_type="SELECT"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}
