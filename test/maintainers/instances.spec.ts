import type { Measured } from '../../maintainers/instances/measure';
import { tableOf } from '../../maintainers/instances/report';

const direct: Measured = {
  instances: 2,
  pgBouncer: undefined,
  seconds: 10,
  requests: 5_000,
  p50: 4.4,
  p99: 21.6,
  cpu: { instances: 10, postgres: 5, pgBouncer: 0, client: 3, others: 2 },
  connections: 20,
  fairness: 0.987,
};
const pooled: Measured = {
  ...direct,
  instances: 4,
  pgBouncer: '1.18.0',
  cpu: { ...direct.cpu, pgBouncer: 5, others: 9 },
};

it('the table of the instances has throughput, CPU, connections and fairness, and says how busy the machine was', () => {
  const lines = tableOf([direct, pooled]).split('\n');
  const cells = lines.slice(2, 4).map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells).toEqual([
    ['', '2', 'direct', '500', '500', '333', '2.00 ms, 1.00 ms', '4 ms, 22 ms', '20', '0.99', ''],
    ['', '4', 'PgBouncer 1.18.0', '500', '500', '250', '2.00 ms, 1.00 ms, 1.00 ms', '4 ms, 22 ms', '20', '0.99', ''],
  ]);
  expect(lines.at(-1)).toContain(
    'the clients used 0.3 to 0.3 cores of the same machine, and other programs 0.2 to 0.9',
  );
});
