import { readObjectives, seconds } from '../../objectives';
import { JOB } from '../promql';
import { alert, HERE, type RuleGroup } from '../rule';

const { outbox } = readObjectives();
/** Each instance reports the same table. */
const most = (gauge: string) => `max by (${JOB}) (${gauge})`;
const COUNTED = 'max_over_time(outbox_counted_timestamp_seconds[1d])';

export const outboxAlerts: RuleGroup = {
  name: 'outbox',
  comment: `Events that transactions have stored. None is lost, so that no one is woken: it can be sent during the day. The five
minutes are because of what a long transaction stores, which is old when it is first seen. A job that has sent events within the
last day and of which no instance reports them any more has no relay.`,
  rules: [
    alert({
      alert: 'OutboxEventsDead',
      expr: `${most('outbox_dead_events')} > 0`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.job }} has given up events',
      description:
        `{{ printf "%.0f" $value }} stored events of ${HERE} are dead: all attempts to send them have failed. They, and the ` +
        'later events of their aggregates, wait until someone decides.',
    }),
    alert({
      alert: 'OutboxDelayed',
      expr: `${most('outbox_oldest_event_age_seconds')} > ${outbox.age}
or time() - ${most(COUNTED)} > ${outbox.age}`,
      for: '5m',
      severity: 'warning',
      summary: 'Events of {{ $labels.job }} are not sent',
      description:
        `For {{ $value | humanizeDuration }}, a stored event of ${HERE} has waited to be sent, or no instance has read the ` +
        `stored events (more than ${seconds(outbox.age)}). Other systems do not know what has happened since.`,
    }),
  ],
};
