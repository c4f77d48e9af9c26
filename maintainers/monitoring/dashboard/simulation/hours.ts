import { Chance } from './chance';
import { Exposition, type Labels } from './exposition';
import { SimulatedPostgres } from './postgres';
import { scenarios, type Scenario } from './scenarios';
import { SimulatedService } from './service';

/** The end of the hour that the dashboard shows, in seconds. */
export const END = Date.UTC(2026, 10, 25, 11) / 1000;
export const RANGE = 3600;
/** Half as often as in production, which halves the time that it takes. */
export const SCRAPE = 30;
/** Before that hour: the range of the recorded rates, twice. */
const LEAD = 660;
export const START = END - RANGE - LEAD;
/** What the burn rates of days need, with few samples. */
const HISTORY = {
  seconds: 3 * 86_400,
  scrape: 3_600,
  metrics: /^(?:db_queries|db_query_(?:duration|errors)|http_request_)/,
};
/** 2026-11-20: a start is no deploy of this hour. */
const STARTED = END - 5 * 86_400;

interface Target {
  readonly exposition: Exposition;
  step(scenario: Scenario, time: number, seconds: number): void;
}

/** The samples of all scenarios, each with its name as namespace: those of the hour, and those of the days before. */
export function simulate(): { readonly hour: string[]; readonly days: string[] } {
  const [hour, days]: [string[], string[]] = [[], []];
  for (const scenario of scenarios) {
    for (const { exposition, step } of targetsOf(scenario)) {
      for (let time = START - HISTORY.seconds; time < START; time += HISTORY.scrape) {
        step(quiet, time, HISTORY.scrape);
        days.push(...exposition.scrape(time, HISTORY.metrics));
      }
      for (let time = START; time <= END; time += SCRAPE) {
        step(scenario, time, SCRAPE);
        hour.push(...exposition.scrape(time));
      }
    }
  }
  return { hour, days };
}

const quiet = scenarios.find(({ name }) => name === 'quiet')!;

function targetsOf({ name: namespace }: Scenario): Target[] {
  const minuteOf = (time: number) => (time - (END - RANGE)) / 60;
  const chance = new Chance(namespace.length);
  const expose = (target: Labels): Exposition => new Exposition({ namespace, ...target });
  const services = ['10.0.1.17:9464', '10.0.2.5:9464'].map((instance): Target => {
    const exposition = expose({ job: 'ordering', instance });
    exposition.set('process_start_time_seconds', STARTED);
    const service = new SimulatedService(exposition, chance);
    return {
      exposition,
      step: ({ at }, time, seconds) => service.step(at(minuteOf(time)), seconds, time),
    };
  });
  const readiness = expose({ job: 'ordering', instance: 'https://orders.example.com/health/ready' });
  const probe: Target = {
    exposition: readiness,
    step: ({ at }, time) => {
      readiness.set('up', 1);
      readiness.set('probe_success', at(minuteOf(time)).isDown ? 0 : 1);
    },
  };
  const exposition = expose({ job: 'postgres', instance: '10.0.3.9:9187' });
  const server = new SimulatedPostgres(exposition, chance);
  return [
    ...services,
    probe,
    { exposition, step: ({ at }, time, seconds) => server.step(at(minuteOf(time)), seconds) },
  ];
}
