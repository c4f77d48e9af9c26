import { seriesOf } from '../scenario';
import { changing, inOnePlace } from '../table';
import { statements } from '../workload';

const NAME = 'namespace_job_error_class:db_query_errors:rate5m';
const JOB = 'failing';
const failing = (perMinute: number) =>
  changing({
    0: statements({
      SELECT: { perMinute: 600, errors: { timeout: perMinute, unique: 60 } },
      INSERT: { perMinute: 600, errors: { timeout: perMinute } },
    }),
  });
const rates = (timeout: number, place: string) => [
  { labels: `{error_class="timeout", job="${JOB}"${place}}`, value: timeout },
  { labels: `{error_class="unique", job="${JOB}"${place}}`, value: 1 },
];

/** What the run-books list: no alert is about one class of errors. */
export const errorClassTest = {
  name: NAME,
  interval: '15s',
  input_series: inOnePlace(failing(120), failing(30)).flatMap((instance, index) =>
    seriesOf(JOB, `${index}`, instance, { minutes: 10, everySeconds: 15 }),
  ),
  promql_expr_test: [
    {
      // Versions of Prometheus differ in the last digit.
      expr: `round(${NAME}, 0.001)`,
      eval_time: '10m',
      exp_samples: [
        ...rates(4, ', namespace="live", cluster="east"'),
        ...rates(1, ', namespace="staging", cluster="east"'),
        ...rates(1, ', namespace="live", cluster="west"'),
      ],
    },
  ],
  alert_rule_test: [],
};
