import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../../../tools/command-line';
import type { Figure, Outcome, Stage } from '../figure';
import { requestText } from '../rig/http-client';
import { startShop } from '../rig/running-shop';

const WHOLE = 20_000;
const SHORT = 1_000;
const MAX_RSS_MIB = 350;
const MEBIBYTE = 1_048_576;
/** For what each process has open beside these connections. */
const RESERVED = 100;
/** Connections that are opened concurrently. */
const BATCH = 200;
const PATIENCE_MS = 30_000;
/** In the control, the service can open fewer files than there are connections. */
const FEW_FILES = 512;

async function measure(stage: Stage, wanted: number, fileLimit?: number): Promise<Outcome> {
  const { service } = await startShop(stage);
  if (fileLimit !== undefined && !service.limitFiles(fileLimit)) {
    throw new CommandError('prlimit, of util-linux, is needed to limit the open files of the service.');
  }
  const asked = Math.min(wanted, maxOpenFiles() - RESERVED);
  const text = requestText({ method: 'GET', path: '/health/live' });
  const sockets: Socket[] = [];
  stage.undo.add(() => sockets.forEach((socket) => socket.destroy()));
  let served = 0;
  const open = async (): Promise<void> => {
    const socket = connect(service.port, '127.0.0.1', () => socket.write(text));
    sockets.push(socket);
    socket.setEncoding('latin1');
    const isServed = new Promise<boolean>((resolve) => {
      socket.once('data', (head: string) => resolve(head.startsWith('HTTP/1.1 200')));
      socket.once('error', () => resolve(false)).once('close', () => resolve(false));
    });
    if (
      await Promise.race([
        isServed,
        delay(fileLimit === undefined ? PATIENCE_MS : PATIENCE_MS / 10, false, { ref: false }),
      ])
    )
      served += 1;
  };
  for (let opened = 0; opened < asked; opened += BATCH) {
    stage.signal.throwIfAborted();
    await Promise.all(Array.from({ length: Math.min(BATCH, asked - opened) }, open));
    stage.report(`${served} of ${asked} connections`);
    if (served < opened) break;
  }
  const stillOpen = sockets.filter(({ destroyed }) => !destroyed).length;
  const rss = fileLimit === undefined ? (await service.usage()).rssBytes / MEBIBYTE : 0;
  const missing = asked - Math.min(served, stillOpen);
  return {
    value:
      missing > 0
        ? `${Math.min(served, stillOpen)} of ${asked} were served and are open`
        : `${asked} open${asked < wanted ? ' (the limit of open files here)' : ''}, RSS ${rss.toFixed(0)} MiB`,
    wrong: missing > 0 ? [`${missing} of ${asked} connections were not served, or closed`] : [],
    beyond: rss > MAX_RSS_MIB ? [`RSS is ${rss.toFixed(0)} MiB`] : [],
    whole: asked >= WHOLE,
    measured: { asked, served, open: stillOpen, rssMiB: rss, maxOpenFiles: maxOpenFiles() },
  };
}

/** Node raises its limit to what the system allows. */
function maxOpenFiles(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}

export const connections: Figure = {
  number: 7,
  name: 'concurrent connections',
  target: `20,000, RSS at most ${MAX_RSS_MIB} MiB`,
  minutes: 5,
  run: (stage) => measure(stage, stage.short ? SHORT : WHOLE),
  guard: 'the service may open enough files',
  control: (stage) => measure(stage, SHORT, FEW_FILES),
};
