import { percent, readObjectives, seconds } from '../objectives';
import { above, rate, reported, sum, sumRate } from './promql';
import { record, type RuleGroup } from './rule';
import { BURN_WINDOWS, LONG_WINDOWS } from './windows';

const { requests } = readObjectives();

const DURATION = 'http_request_duration_seconds';
/** Before they are routed. Those with another reason are among the responses. */
const REFUSED = 'http_requests_refused_total';
const UNROUTED = 'reason=~"in_progress|event_loop"';
/** A response that failed is no fast one; some routes send for as long as there is data. */
const TIMED = `status_class!="5xx",route!~"${requests.latency.exceptRoutes}"`;

export const REQUESTS = 'namespace_job:http_requests';
const TIMED_REQUESTS = 'namespace_job:http_timed_requests';
export const LATE_REQUESTS = 'namespace_job:http_late_requests';
export const FAILED_REQUESTS = 'namespace_job:http_failed_requests';

const every = (name: string, expr: (window: string) => string) =>
  BURN_WINDOWS.map((window) => record(`${name}${window}`, expr(window)));

const count = (window: string, labels: string) =>
  `${sumRate(`${DURATION}_count`, window, labels)}\nor histogram_count(${sumRate(DURATION, window, labels)})`;
/** What is refused has other labels than a response: none replaces another. */
const together = (window: string, labels: string) =>
  sum(
    `\n  ${rate(`${DURATION}_count`, window, labels)}\n` +
      `  or histogram_count(${rate(DURATION, window, labels)})\n` +
      `  or ${rate(REFUSED, window, UNROUTED)}\n`,
  );

export const requestLevels: RuleGroup = {
  name: 'request-service-levels',
  comment: `What clients notice. Availability: ${percent(requests.errors.objective)} of the requests without a response of the class
5xx, of which a refused one has 503. What a client got wrong (4xx) does not count.
Latency: ${percent(requests.latency.objective)} of the others within ${seconds(requests.latency.threshold)}.`,
  rules: [
    ...every(`${REQUESTS}:rate`, (window) => together(window, '')),
    ...every(`${FAILED_REQUESTS}:rate`, (window) => together(window, 'status_class="5xx"')),
    ...every(
      `${FAILED_REQUESTS}:ratio_rate`,
      (window) => `${FAILED_REQUESTS}:rate${window} / (${REQUESTS}:rate${window} > 0)`,
    ),
    ...LONG_WINDOWS.map((window) => record(`${REQUESTS}:reported_${window}`, reported(`${REQUESTS}:rate5m`, window))),
    ...every(`${TIMED_REQUESTS}:rate`, (window) => count(window, TIMED)),
    ...every(`${LATE_REQUESTS}:rate`, (window) => above(requests.latency.threshold, DURATION, window, TIMED)),
    ...every(
      `${LATE_REQUESTS}:ratio_rate`,
      (window) => `${LATE_REQUESTS}:rate${window} / (${TIMED_REQUESTS}:rate${window} > 0)`,
    ),
  ],
};
