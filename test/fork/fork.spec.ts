import { Fork } from './fork';

const INIT = 'tools/template/init.ts';

/** What no source of a service without the sample speaks of. */
const sampleWords = /\b(?:ordering|products?|catalogue|skus?|shop|(?:place|cancel|get|list)-?orders?)\b/i;

const SECONDS = 1_000;

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

  it('is as it was after a failure half-way', async () => {
    const rules = 'deployments/monitoring/prometheus-alerts-database.yml';
    await bare.succeeds('git', 'rm', '--quiet', rules);
    await bare.commit('no rules to generate from');
    const { code, output } = await bare.tool(INIT, '--name', 'my-service');
    expect({ code, status: await bare.status() }).toEqual({ code: 1, status: '' });
    expect(output).toMatch(/^It failed half-way; the checkout is as it was/);
    expect(await bare.read(INIT)).toContain('template:init');
    await bare.succeeds('git', 'reset', '--quiet', '--hard', 'HEAD~1');
  }, 90_000);

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
});
