import { isAlert, nameOf, readRules, type AlertRule, type RecordingRule } from '../../../test/monitoring/support/rules';
import { END, SCRAPE, START } from './simulation/hours';
import type { Store, StoredSeries } from './store';

const DAYS = 30;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const secondsOf = (duration = '0s') => Number.parseInt(duration, 10) * SECONDS[duration.slice(-1)]!;

/** Adds what Prometheus would have recorded by the rules, and the alerts that would have fired. */
export async function addRules(store: Store): Promise<void> {
  const rules = readRules().groups.flatMap((group) => group.rules);
  for (const level of levels(rules.filter((rule): rule is RecordingRule => !isAlert(rule)))) {
    const recorded = await evaluate(store, level);
    await store.add(recorded.flatMap(([rule, result]) => result.flatMap((series) => linesOf(rule.record, series))));
  }
  const hourly = await store.instant('{__name__=~"namespace_job:.+:rate1h"}', START + 600);
  const fired = await evaluate(store, rules.filter(isAlert));
  await store.add([
    ...hourly.flatMap(monthOf),
    ...fired.flatMap(([rule, result]) => result.flatMap((series) => linesOf('ALERTS', whileFiring(rule, series)))),
  ]);
}

/** A rule that uses others comes after them. */
function levels(recordings: readonly RecordingRule[]): RecordingRule[][] {
  const left = new Map(recordings.map((rule) => [rule.record, rule]));
  const result: RecordingRule[][] = [];
  while (left.size > 0) {
    const uses = ({ expr, record }: RecordingRule) =>
      expr.split(/[^\w:]+/).some((word) => left.has(word) && word !== record);
    const level = [...left.values()].filter((rule) => !uses(rule));
    for (const { record } of level) left.delete(record);
    result.push(level);
  }
  return result;
}

async function evaluate<Rule extends AlertRule | RecordingRule>(
  store: Store,
  rules: readonly Rule[],
): Promise<(readonly [Rule, StoredSeries[]])[]> {
  const results: (readonly [Rule, StoredSeries[]])[] = [];
  for (const rule of rules) {
    results.push([rule, await store.range(rule.expr, START, END, SCRAPE)]);
  }
  return results;
}

/** As Prometheus does: after `for`, and then for `keep_firing_for` longer than its condition. */
function whileFiring(rule: AlertRule, { metric, values }: StoredSeries): StoredSeries {
  const [wait, keep] = [secondsOf(rule.for), secondsOf(rule.keep_firing_for)];
  const isTrue = new Set(values.map(([time]) => time));
  const firing: [number, string][] = [];
  let [since, last] = [Infinity, -Infinity];
  for (let time = START; time <= END; time += SCRAPE) {
    const kept = time - SCRAPE - since >= wait && time - last < keep;
    if (isTrue.has(time)) [since, last] = [Math.min(since, time), time];
    else if (!kept) since = Infinity;
    if (time - since >= wait) firing.push([time, '1']);
  }
  const { __name__, ...labels } = metric;
  const own = { alertname: nameOf(rule), alertstate: 'firing', severity: rule.labels.severity! };
  return { metric: { ...labels, ...own }, values: firing };
}

/** The days before were like the minutes before. */
const monthOf = ({ metric, values }: StoredSeries): string[] =>
  linesOf(metric.__name__!, {
    metric,
    values: Array.from(
      { length: 24 * DAYS - 1 },
      (_, hour) => [END - 3600 * (24 * DAYS - hour), values[0]![1]] as const,
    ),
  });

function linesOf(name: string, { metric, values }: StoredSeries): string[] {
  const labels = Object.entries(metric).flatMap(([key, value]) =>
    key === '__name__' ? [] : [`${key}=${JSON.stringify(value)}`],
  );
  return values.map(([time, value]) => `${name}{${labels.join(',')}} ${value} ${time}`);
}
