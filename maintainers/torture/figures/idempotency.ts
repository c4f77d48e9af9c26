import { randomUUID } from 'node:crypto';
import { inParallel } from '../../../tools/in-parallel';
import { BUYER } from '../../bench/http/scenarios';
import type { Figure, Outcome, Stage } from '../figure';
import { requestText } from '../rig/http-client';
import { startShop } from '../rig/running-shop';
import { preloaded } from '../rig/service';

const KEYS = 100;
const WORKERS = 50;
/** Calls in a row with the same key: they arrive together. */
const IN_A_ROW = 10;
const WHOLE = 10_000;
const SHORT = 1_000;

async function measure(stage: Stage, calls: number, preload: readonly string[] = []): Promise<Outcome> {
  const { postgres, shop, service, client, buyer: token } = await startShop(stage, { preload });
  const requests = Array.from({ length: KEYS }, (_, index) =>
    requestText({
      method: 'POST',
      path: '/api/v1/orders',
      token,
      key: randomUUID(),
      body: { lines: [{ sku: shop.skus[index], quantity: 1 }] },
    }),
  );
  const ids = requests.map(() => new Set<string>());
  const statuses = new Map<number, number>();
  function* tasks(): IterableIterator<() => Promise<unknown>> {
    for (let call = 0; call < calls; call += 1) {
      const index = Math.floor(call / IN_A_ROW) % KEYS;
      yield async () => {
        const { status, body } = await client.send(service.port, requests[index]!);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 201) ids[index]!.add((JSON.parse(body) as { id: string }).id);
        if (call % 500 === 0) stage.report(`${call} of ${calls} calls`);
      };
    }
  }
  await inParallel(WORKERS, tasks(), stage.signal);
  const keys = ids.filter(({ size }) => size > 0).length;
  const effects = await postgres.count('SELECT count(*) FROM orders WHERE customer_id = $1', [BUYER]);
  const units = await postgres.count('SELECT count(*) * 1000000000 - sum(stock) AS count FROM products');
  const different = ids.filter(({ size }) => size > 1).length;
  const acknowledged = statuses.get(201) ?? 0;
  return {
    value: `${effects} effects of ${calls} calls with ${keys} keys from ${WORKERS} workers`,
    wrong: [
      ...(effects !== keys ? [`${effects} orders were placed with ${keys} keys`] : []),
      ...(units !== keys ? [`${units} units left the stock for ${keys} keys`] : []),
      ...(different > 0 ? [`${different} keys got different orders`] : []),
      ...(acknowledged < calls ? [`statuses: ${JSON.stringify(Object.fromEntries(statuses))}`] : []),
    ],
    whole: calls >= WHOLE,
    measured: { calls, keys, effects, units, different, statuses: Object.fromEntries(statuses) },
  };
}

export const idempotency: Figure = {
  number: 15,
  name: 'effects of 10,000 calls with 100 idempotency keys from 50 workers',
  target: '100',
  minutes: 5,
  run: (stage) => measure(stage, stage.short ? SHORT : WHOLE),
  guard: 'keys are remembered',
  control: (stage) => measure(stage, SHORT, [preloaded('guards-off/idempotency-keys.cjs')]),
};
