import { buildWhenStale } from '../../../tools/service-process/build';
import { startTemporaryPostgres } from '../../../tools/service-process/temporary-postgres';
import { openDatabase } from '../database';
import { startServiceOn } from '../../../tools/demo/own-service';
import type { Session } from '../../../tools/session';
import { settings, SLOW_THRESHOLD_MS, steps, type Clients, type Step } from './steps';
import { Client } from './client';
import { Blocker } from './blocker';
import { faultsTable, isCounted, type Counted } from './report';
import { gains, readSeries } from './series';

const ORDERS = 5;
const SKU = 'DEMO-FAULTS';
const DAY_MS = '86400000';

/** Reports whether the statements of every step were counted correctly. */
export async function demonstrateFaults({ undo, progress, signal }: Session): Promise<void> {
  await buildWhenStale((line) => progress.say(line));
  progress.say('Starting PostgreSQL and two services: one with a short statement timeout, one with two connections …');
  const counted = await runSteps({ undo, signal, report: (state) => progress.update(state) });
  progress.end();
  console.log(`\n${faultsTable(counted)}\n`);
  const wrong = counted.filter((each) => !isCounted(each)).map(({ step }) => step.name);
  console.log(wrong.length === 0 ? 'Every step was counted correctly.' : `Counted wrongly: ${wrong.join(', ')}.`);
  if (wrong.length > 0) process.exitCode = 1;
}

interface Run extends Pick<Session, 'undo' | 'signal'> {
  readonly report: (state: string) => void;
}

/** Runs every step against its own service. @param more settings of both services */
export async function runSteps(
  { undo, signal, report }: Run,
  more: Readonly<Record<string, string>> = {},
): Promise<Counted[]> {
  const postgres = await startTemporaryPostgres(undo, {}, signal);
  const start = async (of: keyof typeof settings): Promise<Client> => {
    const common = {
      QUERY_TIMING_SLOW_THRESHOLD_MS: String(SLOW_THRESHOLD_MS),
      // The failures are intended.
      LOG_LEVEL: 'silent',
      IDEMPOTENCY_SWEEP_INTERVAL_MS: DAY_MS,
    };
    return new Client(await startServiceOn(postgres, { ...common, ...settings[of], ...more }, { undo, signal }));
  };
  const clients: Clients = { shortTimeout: await start('shortTimeout'), smallPool: await start('smallPool') };
  const { holder, observer } = await openDatabase(clients.smallPool.target, undo);
  const blocker = new Blocker(holder, observer);
  await placeOrders(clients.smallPool);

  const counted: Counted[] = [];
  for (const step of steps) {
    signal.throwIfAborted();
    report(`${step.name}: ${step.what} …`);
    counted.push(await runStep(step, clients[step.service], blocker));
  }
  return counted;
}

async function runStep(step: Step, client: Client, blocker: Blocker): Promise<Counted> {
  const before = await readSeries(client.target.metricsUrl);
  const { responses, expected } = await step.run(client, blocker);
  const after = await readSeries(client.target.metricsUrl);
  const statuses = responses.map(({ status }) => status).sort((one, other) => one - other);
  return { step, statuses, gains: gains(before, after, expected) };
}

async function placeOrders(client: Client): Promise<void> {
  await client.send('PUT', `/api/v1/products/${SKU}`, { name: 'Tea', price: { amount: 100, currency: 'EUR' } });
  await client.send('POST', `/api/v1/products/${SKU}/restock`, { quantity: ORDERS });
  for (let order = 0; order < ORDERS; order += 1) {
    await client.send('POST', '/api/v1/orders', { lines: [{ sku: SKU, quantity: 1 }] });
  }
}
