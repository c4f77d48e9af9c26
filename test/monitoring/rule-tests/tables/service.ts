import { changing, ELSEWHERE, inOnePlace, tableTest } from '../table';
import type { Workload } from '../workload';

const dropping = (perMinute: number): Workload => ({ counters: { 'log_lines_dropped_total{}': perMinute } });
const lost = changing({ 0: dropping(0), 10: dropping(400), 10.25: dropping(0) });
const FIRES = { fires: 15, ends: 40 };

export const droppedLinesTest = tableTest({
  sampleSeconds: 15,
  evaluationMinutes: 0.25,
  alert: 'LogLinesDropped',
  minutes: 60,
  jobs: {
    lost: { instances: [lost], ...FIRES },
    [`lost-${ELSEWHERE}`]: { instances: inOnePlace(lost, changing({ 0: dropping(0) })), ...FIRES },
    none: { instances: [changing({ 0: dropping(0) })] },
  },
});
