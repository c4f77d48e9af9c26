import { bringNode } from '../../../maintainers/node-versions/bring-node';
import { Application } from './application';

/** Version 3 of the metrics SDK needs Node 22.15 or later. */
const NODE = '24.22.3';

let application: Application;
beforeAll(async () => {
  application = await Application.install('telemetry', ['--omit=optional']);
}, 600_000);
afterAll(() => application?.remove());

const operation = (attributes: object, count: number) => [
  'db.client.operation.duration',
  { 'db.system.name': 'sqlite', 'db.operation.name': 'SELECT', ...attributes },
  count,
];

describe('the packed metric producer', () => {
  it.each([
    ['2.12.1', '1.9.1', () => process.execPath],
    ['3.1.1', '1.10.0', () => bringNode(NODE)],
  ])(
    'is accepted by the types and by a reader of @opentelemetry/sdk-metrics %s with the API %s',
    async (metrics, api, nodeOf) => {
      const packages = [`@opentelemetry/sdk-metrics@${metrics}`, `@opentelemetry/api@${api}`];
      await application.run(['npm', 'install', '--no-save', '--no-audit', '--no-fund', ...packages]);
      await application.compile();
      expect(await application.report([nodeOf(), 'out/metrics.js'])).toEqual([
        { points: [operation({ 'error.type': 'syntax' }, 1), operation({}, 2)], errors: 0 },
        { points: [], errors: 0 },
      ]);
    },
    600_000,
  );
});

describe('the packed matchers', () => {
  it.each([
    ['Jest', 'tsconfig.jest.json', ['node_modules/jest/bin/jest.js', '--config', 'jest.config.cjs', '--ci=false']],
    ['Vitest', 'tsconfig.vitest.json', ['node_modules/vitest/vitest.mjs', 'run']],
  ])(
    'work in %s, with their types',
    async (_, project, command) => {
      await application.compile(project);
      await application.run([process.execPath, ...command]);
    },
    310_000,
  );
});
