import { Application } from './application';

let application: Application;
beforeAll(async () => {
  application = await Application.install('nest-11', ['--omit=optional']);
}, 600_000);
afterAll(() => application?.remove());

const queries = (type: string) => `queries_total{query_type="${type}"}`;
const ended = (outcome: string) => `transaction_duration_seconds_count{outcome="${outcome}"}`;
const failed = 'query_errors_total{query_type="INSERT",error_class="unique"}';

it('the library counts what typeorm-transactional and nestjs-paginate send, each for the request that nestjs-cls knows', async () => {
  await application.compile();
  expect(await application.report([process.execPath, 'out/application.js'])).toEqual({
    steps: {
      committed: { [queries('BEGIN')]: 1, [queries('INSERT')]: 2, [queries('COMMIT')]: 1, [ended('commit')]: 1 },
      'rolled back': {
        [queries('BEGIN')]: 1,
        [queries('INSERT')]: 2,
        [queries('ROLLBACK')]: 1,
        [failed]: 1,
        [ended('rollback')]: 1,
      },
      nested: {
        [queries('BEGIN')]: 2,
        [queries('INSERT')]: 1,
        [queries('SELECT')]: 1,
        [queries('COMMIT')]: 1,
        [queries('ROLLBACK')]: 1,
        [failed]: 1,
        [ended('commit')]: 1,
        [ended('rollback')]: 1,
      },
      page: { [queries('SELECT')]: 2 },
      requests: {
        [queries('SELECT')]: 40,
        [queries('BEGIN')]: 20,
        [queries('INSERT')]: 20,
        [queries('COMMIT')]: 20,
        [ended('commit')]: 20,
      },
    },
    committed: ['espresso,mocha'],
    found: [[['mocha'], 1]],
    lines: 40,
    foreign: [],
  });
}, 310_000);
