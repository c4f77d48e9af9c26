/** Seconds between two samples and two evaluations, as in production. */
const STEP = 15;
const STEPS_BEFORE = 40;
const STEPS_AFTER = 40;
/** Attempts to get a connection, per step. */
const ATTEMPTS = 30;

/** How long the database of a job is gone, in seconds, and how many of the attempts fail meanwhile. */
interface Outage {
  readonly job: string;
  readonly seconds: number;
  readonly failed: number;
}

const OUTAGES: readonly Outage[] = [
  { job: 'hiccup-of-15-s', seconds: 15, failed: ATTEMPTS },
  { job: 'hiccup-of-30-s', seconds: 30, failed: ATTEMPTS },
  { job: 'hiccup-of-a-minute', seconds: 60, failed: ATTEMPTS },
  { job: 'half-of-the-attempts-for-ten-minutes', seconds: 600, failed: ATTEMPTS / 2 },
  { job: 'outage-of-ten-minutes', seconds: 600, failed: ATTEMPTS },
];
const ONSET = STEPS_BEFORE * STEP;

/** Of short outages, that one which lasts ten minutes pages within two minutes, and that the others are silent. */
export const unreachableTest = {
  name: 'DatabaseUnreachable, with samples every 15 seconds',
  interval: `${STEP}s`,
  input_series: OUTAGES.flatMap(({ job, seconds, failed }) => {
    const [steps, total] = [seconds / STEP, (seconds / STEP) * failed];
    const attempts = `0+${ATTEMPTS}x${STEPS_BEFORE + steps + STEPS_AFTER}`;
    const failures = `0x${STEPS_BEFORE} ${failed}+${failed}x${steps - 1} ${total}x${STEPS_AFTER}`;
    return [
      { series: `db_pool_acquire_seconds_count{job="${job}"}`, values: attempts },
      { series: `db_pool_acquire_failures_total{job="${job}",reason="refused"}`, values: failures },
    ];
  }),
  promql_expr_test: [
    { second: ONSET + 90, firing: [] },
    { second: ONSET + 120, firing: ['outage-of-ten-minutes'] },
    { second: ONSET + 600, firing: ['outage-of-ten-minutes'] },
    { second: ONSET + 900, firing: [] },
  ].map(({ second, firing }) => ({
    expr: 'count by (job) (ALERTS{alertname="DatabaseUnreachable", alertstate="firing"})',
    eval_time: `${second}s`,
    exp_samples: firing.map((job) => ({ labels: `{job="${job}"}`, value: 1 })),
  })),
  alert_rule_test: [],
} as const;
