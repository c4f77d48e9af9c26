import { buildWhenStale } from '../../tools/service-process/build';
import { startTemporaryPostgres } from '../../tools/service-process/temporary-postgres';
import { openDatabase } from '../../tools/demo/database';
import { startServiceOn } from '../../tools/demo/own-service';
import type { Session } from '../../tools/session';
import { acts, settings, SLOW_THRESHOLD_MS, type Act } from './acts';
import { Customer } from './customer';
import { Obstacle } from './obstacle';
import { faultsTable, isCounted, type Played } from './report';
import { gains, readSeries } from './series';

const ORDERS = 5;
const SKU = 'DEMO-FAULTS';
const DAY_MS = '86400000';

/** Plays every act on a service of its own, and says of each whether it was counted where it belongs. */
export async function demonstrateFaults({ undo, progress, signal }: Session): Promise<void> {
  await buildWhenStale((line) => progress.say(line));
  progress.say(
    'Starting PostgreSQL and two services: one whose statements may not take long, one with two connections …',
  );
  const postgres = await startTemporaryPostgres(undo, {}, signal);
  const start = async (of: keyof typeof settings): Promise<Customer> => {
    const common = {
      QUERY_TIMING_SLOW_THRESHOLD_MS: String(SLOW_THRESHOLD_MS),
      // Faults are what this is about: nobody wants to read of them as well.
      LOG_LEVEL: 'silent',
      IDEMPOTENCY_SWEEP_INTERVAL_MS: DAY_MS,
    };
    return new Customer(await startServiceOn(postgres, { ...common, ...settings[of] }, undo, signal));
  };
  const cast = { impatient: await start('impatient'), narrow: await start('narrow') };
  const { holder, observer } = await openDatabase(cast.narrow.stage, undo);
  const obstacle = new Obstacle(holder, observer);
  await placeOrders(cast.narrow);

  const played: Played[] = [];
  for (const act of acts) {
    signal.throwIfAborted();
    progress.update(`${act.name}: ${act.what} …`);
    played.push(await play(act, cast[act.who], obstacle));
  }
  progress.end();
  console.log(`\n${faultsTable(played)}\n`);
  const mistaken = played.filter((each) => !isCounted(each)).map(({ act }) => act.name);
  console.log(
    mistaken.length === 0
      ? 'Each was counted where it belongs, and nowhere else.'
      : `Not counted where they belong: ${mistaken.join(', ')}.`,
  );
  if (mistaken.length > 0) process.exitCode = 1;
}

async function play(act: Act, customer: Customer, obstacle: Obstacle): Promise<Played> {
  const before = await readSeries(customer.stage.metricsUrl);
  const { answers, expected } = await act.play(customer, obstacle);
  const after = await readSeries(customer.stage.metricsUrl);
  const statuses = answers.map(({ status }) => status).sort((one, other) => one - other);
  return { act, statuses, gains: gains(before, after, expected) };
}

async function placeOrders(customer: Customer): Promise<void> {
  await customer.ask('PUT', `/api/v1/products/${SKU}`, { name: 'Tea', price: { amount: 100, currency: 'EUR' } });
  await customer.ask('POST', `/api/v1/products/${SKU}/restock`, { quantity: ORDERS });
  for (let order = 0; order < ORDERS; order += 1) {
    await customer.ask('POST', '/api/v1/orders', { lines: [{ sku: SKU, quantity: 1 }] });
  }
}
