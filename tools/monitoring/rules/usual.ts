import { DATA, JOB } from './promql';
import { record, type RuleGroup } from './rule';

const RATE = 'namespace_job:db_queries:rate5m';
/** In the hour around the same time, from the recorded rate, which includes the instances that a deploy has replaced since. */
const around = (extreme: 'max' | 'min') => {
  const ago = (offset: string) => `${extreme}_over_time(${RATE}[1h] offset ${offset})`;
  return { week: ago('167h30m'), day: ago('23h30m') };
};
const [MOST, LEAST] = [around('max'), around('min')];

export const usual: RuleGroup = {
  name: 'database-usual',
  comment: `What is usual at this time: the most and the least of the hour around it a week ago, so that Monday is compared
with Monday and a morning may begin earlier. The day before widens it: an outage or a spike of last week is not usual.`,
  rules: [
    record('namespace_job:db_queries:usual_most', `(${MOST.day} > ${MOST.week})\nor ${MOST.week}`),
    record('namespace_job:db_queries:usual_least', `(${LEAST.day} < ${LEAST.week})\nor ${LEAST.week}`),
    record(
      'namespace_job_query_type:db_queries:share_rate5m',
      `namespace_job_query_type:db_queries:rate5m{${DATA}} / on (${JOB}) group_left () (${RATE} > 0)`,
    ),
  ],
};
