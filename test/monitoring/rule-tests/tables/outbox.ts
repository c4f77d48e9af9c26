import { readObjectives, seconds } from '../../../../tools/monitoring/objectives';
import { changing, ELSEWHERE, inOnePlace, tableTest, type TableTest } from '../table';
import type { Workload } from '../workload';
import { gauges, gaugeTests, JOB } from './gauges';

const { outbox } = readObjectives();

const dead = (events: number) => gauges({ 'outbox_dead_events{}': events });
/** The time of the last count is that of the test, and does not change when no one counts. */
const waiting = (age: number, counting = true): Workload => ({
  counters: { 'outbox_counted_timestamp_seconds{}': counting ? 60 : 0 },
  gauges: { 'outbox_oldest_event_age_seconds{}': age },
});
const counted = changing({ 0: waiting(1) });
const notCounted = changing({ 0: waiting(1), 10: waiting(1, false) });
const stopped = (minute: number) => changing({ 0: waiting(1), [minute]: 'gone' });
const MINUTES = outbox.age / 60;

export const outboxTests: readonly TableTest[] = [
  ...gaugeTests({
    alert: 'OutboxEventsDead',
    severity: 'warning',
    forMinutes: 5,
    healthy: dead(0),
    boundary: dead(0),
    bad: dead(2),
    summary: `${JOB} has given up events`,
    description:
      `2 stored events of ${JOB} are dead: all attempts to send them have failed. They, and the later events of their ` +
      'aggregates, wait until someone decides.',
  }),
  ...gaugeTests({
    alert: 'OutboxDelayed',
    severity: 'warning',
    forMinutes: 5,
    healthy: waiting(1),
    boundary: waiting(outbox.age),
    bad: waiting(1.5 * outbox.age),
    more: {
      'not-counted': { instances: [notCounted], fires: 15 + MINUTES },
      [`not-counted-${ELSEWHERE}`]: { instances: inOnePlace(notCounted, counted), fires: 15 + MINUTES },
      'never-counted': { instances: [changing({ 0: waiting(0, false) })], fires: 5 + MINUTES },
      'counted-by-one-of-two': { instances: [counted, notCounted] },
      'no-relay': { instances: [stopped(10)], fires: 15 + MINUTES },
      [`no-relay-${ELSEWHERE}`]: { instances: inOnePlace(stopped(10), counted), fires: 15 + MINUTES },
      'one-relay-of-two': { instances: [counted, stopped(10)] },
      'counted-late': { instances: [changing({ 0: waiting(1, false), [MINUTES + 0.25]: waiting(1) })] },
    },
    summary: `Events of ${JOB} are not sent`,
    description:
      `For 15m 0s, a stored event of ${JOB} has waited to be sent, or no instance has read the stored events (more than ` +
      `${seconds(outbox.age)}). Other systems do not know what has happened since.`,
  }),
];

/** A service that no longer stores events is not known from one whose relay has gone: the alert ends after a day. */
export const relayGoneTest = tableTest({
  sampleSeconds: 60,
  evaluationMinutes: 5,
  alert: 'OutboxDelayed',
  minutes: 61 + 1440 + 60,
  jobs: { 'no-relay': { instances: [stopped(61)], fires: 66 + MINUTES, ends: 61 + 1440 + 15 } },
});
