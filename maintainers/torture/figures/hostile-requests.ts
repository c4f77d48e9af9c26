import { connect } from 'node:net';
import { inParallel } from '../../../tools/in-parallel';
import { isOver, type Figure, type Outcome, type Stage } from '../figure';
import { Chance, hostileRequest } from '../rig/hostile-requests';
import { startShop } from '../rig/running-shop';
import { preloaded } from '../rig/service';

const WHOLE = 100_000;
const SHORT = 800;
const WORKERS = 8;
const SEED = 20_261_129;
/** A response to bytes that were complete comes within the time in which a request must arrive. */
const PATIENCE_MS = 60_000;
const EXAMPLES = 5;

interface Checked {
  readonly status: number;
  readonly mistake?: string;
}

async function measure(stage: Stage, requests: number, preload: readonly string[] = []): Promise<Outcome> {
  // A body that is announced and never comes is refused after a second.
  const { service, buyer } = await startShop(stage, { settings: { REQUEST_TIMEOUT_MS: '1000' }, preload });
  const chance = new Chance(SEED);
  const statuses: Record<string, number> = {};
  const mistakes: string[] = [];
  let sent = 0;
  function* tasks(): IterableIterator<() => Promise<unknown>> {
    while (sent < requests && !isOver(stage)) {
      sent += 1;
      const text = hostileRequest(chance, buyer);
      yield async () => {
        const response = await exchange(service.port, text);
        const status = response === undefined ? 'closed' : response.status;
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (response?.mistake) mistakes.push(`${response.mistake}: ${JSON.stringify(text.slice(0, 200))}`);
        if (sent % 500 === 0) stage.report(`${sent} of ${requests} requests, ${mistakes.length} mistakes`);
      };
    }
  }
  await inParallel(WORKERS, tasks(), stage.signal);
  const isAlive = service.running && (await fetch(`${service.url}/health/live`)).ok;
  return {
    value: `${mistakes.length} wrong responses to ${sent} requests, the process is ${isAlive ? 'alive' : 'gone'}`,
    wrong: [...mistakes.slice(0, EXAMPLES), ...(isAlive ? [] : ['the process is not alive any more'])],
    whole: sent >= WHOLE,
    measured: { sent, seed: SEED, statuses, mistakes },
  };
}

/** @returns undefined when the connection was closed without a response */
function exchange(port: number, text: string): Promise<Checked | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let response = '';
    const hung = setTimeout(() => {
      socket.destroy();
      resolve({ status: 0, mistake: 'no response' });
    }, PATIENCE_MS);
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => (response += piece));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(hung);
      resolve(response === '' ? undefined : checked(response, text.startsWith('HEAD')));
    });
    // Latin-1: some of the bytes are no UTF-8.
    socket.write(text, 'latin1');
  });
}

/** A refusal is a problem with its own status; only 503 and 504 are documented above 499. */
function checked(response: string, isHead: boolean): Checked {
  const [head = '', body = ''] = response.split('\r\n\r\n', 2);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  if (status === 0) return { status, mistake: 'not HTTP' };
  if (status < 400) return { status };
  if (status >= 500 && status !== 503 && status !== 504) return { status, mistake: `status ${status}` };
  if (!/\r\ncontent-type: application\/problem\+json/i.test(head))
    return { status, mistake: `${status} is no problem` };
  if (!isHead && !body.includes(`"status":${status}`)) return { status, mistake: `${status} with another problem` };
  return { status };
}

export const hostileRequests: Figure = {
  number: 9,
  name: 'hostile requests',
  target: '100,000 without an undocumented 5xx, refusals all problems, process alive',
  minutes: 20,
  run: (stage) => measure(stage, stage.short ? SHORT : WHOLE),
  guard: 'what is no HTTP gets a problem, too',
  control: (stage) => measure(stage, SHORT, [preloaded('guards-off/problems.cjs')]),
};
