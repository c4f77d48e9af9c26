import { bringNode } from '../../../maintainers/node-versions/bring-node';
import { Application } from './application';
import { counted } from './expected';

/** dd-trace and newrelic need Node 22 or later. */
const NODE = '24.22.3';

/** Tracers that look for nothing outside of the process. */
const OFFLINE = {
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  NEW_RELIC_APP_NAME: 'compatibility',
  NEW_RELIC_LOG_ENABLED: 'false',
  NEW_RELIC_NO_CONFIG_FILE: 'true',
  NEW_RELIC_SERVERLESS_MODE_ENABLED: 'true',
};

let application: Application;
let node: string;
beforeAll(async () => {
  node = bringNode(NODE);
  application = await Application.install('tracers', ['--omit=optional']);
  await application.compile();
}, 600_000);
afterAll(() => application?.remove());

interface Orders {
  readonly steps: number;
  readonly wrong: readonly object[];
  readonly spans: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe('the library counts correctly', () => {
  it.each([
    ['@sentry/node', './sentry.cjs'],
    ['dd-trace', './datadog.cjs'],
    ['newrelic', './new-relic.cjs'],
  ])(
    'beside %s, which traces the same statements',
    async (_name, preload) => {
      const report = await application.report([node, '--import', preload, 'out/main.js'], OFFLINE);
      const { spans, ...seen } = report as { spans: number };
      expect(seen).toEqual(counted());
      // Not all count a stream, and each has more spans for connections.
      expect(spans).toBeGreaterThanOrEqual(42);
    },
    310_000,
  );

  it.each([
    [0, 'sentry,datadog,pg,typeorm'],
    [1, 'typeorm,pg,datadog,sentry'],
  ])(
    'with Sentry, Datadog and both of OpenTelemetry in one process, switched on and off in every order (half %i, loaded as %s)',
    async (share, order) => {
      const environment = { ...OFFLINE, LOAD_ORDER: order, SHARE: String(share) };
      const report = await application.report([node, '--import', './all-tracers.cjs', 'out/orders.js'], environment);
      const { steps, wrong, spans } = report as Orders;
      expect(wrong).toEqual([]);
      expect(steps).toBe(600);
      // Each of them traces, so that there is something to disturb.
      const alone = (name: string) => spans[name]?.[name];
      expect(alone('@sentry/node')).toBe('traced');
      expect(alone('dd-trace')).toBeGreaterThanOrEqual(15);
      expect(alone('@opentelemetry/instrumentation-pg')).toBeGreaterThanOrEqual(15);
      expect(alone('@opentelemetry/instrumentation-typeorm')).toBeGreaterThanOrEqual(5);
    },
    600_000,
  );
});
