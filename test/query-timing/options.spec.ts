import { Registry } from 'prom-client';
import { QueryTimingMetricProducer } from '../../src/query-timing/opentelemetry';
import { resolveOptions, DEFAULT_OPTIONS, type QueryTimingOptions } from '../../src/query-timing/options';

const refusal = (options: object): string => {
  try {
    resolveOptions(options);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the options of the query timing', () => {
  it('are all optional and have the documented defaults', () => {
    expect(resolveOptions()).toEqual(DEFAULT_OPTIONS);
    expect(DEFAULT_OPTIONS).toMatchObject({
      enabled: true,
      slowQueryThresholdMs: 100,
      logAllQueries: false,
      logParameters: false,
      collectStats: true,
      metricPrefix: 'db',
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      topStatements: false,
      exemplars: false,
    });
  });

  it('use the default for undefined', () => {
    expect(resolveOptions({ metricPrefix: undefined, sinks: undefined })).toEqual(DEFAULT_OPTIONS);
  });

  it('accept valid values', () => {
    const options: QueryTimingOptions = {
      enabled: false,
      slowQueryThresholdMs: [
        { statement: /report/i, thresholdMs: 2000 },
        { statement: 'FROM "audit"', thresholdMs: 0 },
      ],
      logAllQueries: true,
      logParameters: true,
      collectStats: false,
      metricPrefix: 'shop_db',
      registry: new Registry(),
      metricProducers: [new QueryTimingMetricProducer()],
      buckets: [0.1, 1],
      defaultLabels: { service: 'shop' },
      maxDataSources: 5,
      onlyObservedSeries: true,
      maxStatementLength: 80,
      maxTrackedStatements: 10,
      ignore: ['pg_catalog', /^SHOW/],
      normalize: [{ pattern: /events_\d+/g, replacement: 'events_?' }],
      slowLogPerMinute: 0,
      slowLogPerStatement: 5,
      logger: { warn: () => undefined },
      sinks: [{ record: () => undefined }],
      topStatements: true,
      scopes: {
        store: { get: () => undefined },
        maxNames: 50,
        repeated: 5,
        ignoreRepeated: ['FROM "settings"', /^SHOW/],
        budget: { statements: 20, repeated: 0, ms: 200 },
        serverTiming: true,
      },
      exemplars: true,
      comments: true,
      context: () => ({ traceId: 'abc' }),
      explain: { perMinute: 2, timeoutMs: 100 },
      page: { path: '/queries', authorize: () => true },
    };
    expect(resolveOptions(options)).toEqual(options);
    expect(resolveOptions({ registry: false }).registry).toBe(false);
  });

  it.each([
    ['enabled', 'yes', 'true or false'],
    ['slowQueryThresholdMs', -1, 'a number of milliseconds, 0 or more'],
    ['slowQueryThresholdMs', Number.NaN, 'a number of milliseconds, 0 or more'],
    ['slowQueryThresholdMs', '100', 'a number of milliseconds, 0 or more'],
    ['slowQueryThresholdMs', [{ statement: /x/g, thresholdMs: 5 }], 'without the flags g and y'],
    ['slowQueryThresholdMs', [{ statement: 'x' }], '{ statement, thresholdMs }'],
    ['logAllQueries', 1, 'true or false'],
    ['logParameters', null, 'true or false'],
    ['collectStats', {}, 'true or false'],
    ['metricPrefix', '9db', 'no leading digit'],
    ['metricPrefix', '', 'the start of a metric name'],
    ['registry', true, 'a prom-client Registry, or false'],
    ['metricProducers', [{ collect: () => undefined }], 'a list of QueryTimingMetricProducer'],
    ['buckets', [], 'ascending numbers of seconds'],
    ['buckets', [1, 0.5], 'ascending numbers of seconds'],
    ['buckets', [0, 1], 'ascending numbers of seconds'],
    ['defaultLabels', { le: '1' }, 'without the reserved label names'],
    ['defaultLabels', { statement: '1' }, 'without the reserved label names'],
    ['defaultLabels', { caller: '1' }, 'without the reserved label names'],
    ['defaultLabels', { __name__: 'x' }, 'and __*'],
    ['defaultLabels', { 'not a name': '1' }, 'label names and texts'],
    ['defaultLabels', { shard: 1 }, 'label names and texts'],
    ['maxDataSources', 0, 'a whole number from 1 to 10000'],
    ['onlyObservedSeries', 'yes', 'true or false'],
    ['maxStatementLength', 0, 'a whole number from 1'],
    ['maxTrackedStatements', 2.5, 'a whole number from 1 to 1000'],
    ['ignore', 'SELECT', 'a list'],
    ['ignore', [''], 'a text or a regular expression'],
    ['normalize', [{ pattern: 'events', replacement: '' }], 'a list of { pattern, replacement }'],
    ['normalize', [{ pattern: /events/, replacement: 'x'.repeat(201) }], 'at most 200 characters'],
    ['slowLogPerMinute', -1, 'a whole number from 0'],
    ['slowLogPerStatement', 0.5, 'a whole number from 0'],
    ['logger', { log: () => undefined }, 'an object with warn(entry)'],
    ['sinks', [{}], 'an object with record(query)'],
    ['topStatements', 'on', 'true or false'],
    ['exemplars', 'on', 'true or false'],
    ['context', {}, 'a function'],
  ])('reject %s: %j and say what is expected', (name, value, right) => {
    const message = refusal({ [name]: value });
    expect(message).toContain(`- ${name}: expected`);
    expect(message).toContain(right);
  });

  it.each([
    ['scopes', 'on', 'true, false or an object of scope options'],
    ['scopes', [], 'true, false or an object of scope options'],
    ['scopes.store', { store: {} }, 'an object with get()'],
    ['scopes.maxNames', { maxNames: 0 }, 'a whole number from 1 to 1000'],
    ['scopes.repeated', { repeated: 1 }, 'a whole number from 2'],
    ['scopes.ignoreRepeated', { ignoreRepeated: [/x/g] }, 'without the flags g and y'],
    ['scopes.budget', { budget: 5 }, 'an object of limits: { statements, repeated, ms }'],
    ['scopes.budget.statements', { budget: { statements: 1.5 } }, 'a whole number from 0'],
    ['scopes.budget.ms', { budget: { ms: '5' } }, 'a number of milliseconds, 0 or more'],
    ['scopes.serverTiming', { serverTiming: 1 }, 'true or false'],
  ])('reject %s in %j and say what is expected', (path, scopes, right) => {
    const message = refusal({ scopes });
    expect(message).toContain(`- ${path}: expected`);
    expect(message).toContain(right);
  });

  it('reject an unknown option of scopes and of a budget', () => {
    const message = refusal({ scopes: { names: 5, budget: { queries: 1 } } });
    expect(message).toContain('- scopes.names: unknown option; known options: store, maxNames,');
    expect(message).toContain('- scopes.budget.queries: unknown option; known options: statements, repeated, ms');
  });

  it.each([
    [null, 'null'],
    ['page', '"page"'],
    [[{ enabled: true }], '[{"enabled":true}]'],
    [true, 'true'],
    [Promise.resolve({ enabled: false }), 'a promise, which has to be awaited'],
  ])('reject what has no options: %p', (given, described) => {
    expect(refusal(given as object)).toBe(
      `Invalid query timing options:\n  - expected an object of options, got ${described}`,
    );
  });

  it('reject a promise in the place of nested options', () => {
    expect(refusal({ scopes: Promise.resolve({}) })).toContain(
      '- scopes: expected an object of options, got a promise, which has to be awaited',
    );
  });

  it('list every mistake', () => {
    const message = refusal({ enabled: 'yes', metricPrefix: '-', slowQueryThreshold: 5 });
    expect(message.split('\n')).toHaveLength(4);
    expect(message).toContain('slowQueryThreshold: unknown option; known options: enabled, slowQueryThresholdMs,');
  });
});
