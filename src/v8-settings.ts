import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * V8 flags that save CPU and memory in a long-running service. main.ts loads this file only when V8_TUNING is true, as it is
 * in the image, and before anything else: a flag applies to the code that is compiled after it. What each saves and costs:
 * docs/adr/ADR-003-fastify.md.
 */

/**
 * V8 inlines calls until the caller reaches 920 bytes of bytecode, and never inlines a function of more than 460. A request
 * passes through many small functions of many packages, so both limits are raised.
 */
setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000');
setFlagsFromString('--max-inlined-bytecode-size=920');

/**
 * A property access that has met more than four object shapes falls back to a lookup in a table shared by the whole process.
 * Sockets, streams and responses come in a few shapes more.
 */
setFlagsFromString('--max-valid-polymorphic-map-count=16');

/**
 * Loading a thousand modules makes much garbage once, and V8's young generation grows with it and stays large: 28 MiB that
 * an idle process does not need. It keeps its initial size until the service has started.
 */
setFlagsFromString('--semi-space-growth-factor=1');

/**
 * V8 allocates objects in the old generation when earlier ones from the same site survived. Nearly everything survives
 * during a start, and the rows of every response would then be kept until the next full collection. Without pretenuring, a
 * page of orders took 4 and 14 % less CPU in two interleaved runs.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

/**
 * V8 lets the old generation grow to as much as four times what a full collection has left, if little reaches it, before the
 * next one. 1.6 times is enough: a service had 230 MiB at most instead of 293, for four full collections instead of one.
 */
setFlagsFromString('--heap-growing-percent=60');

/**
 * Call once after the start: collects what loading has left, compacts the heap (about 8 MiB, in about 100 ms) and lets the
 * young generation grow again.
 *
 * Runs inside a tick, so that a tick object is alive: a full collection drops the shapes that have no live object, and code
 * optimised for them stays slow afterwards. A request takes eleven ticks. A read takes 2 and 4 % less CPU, in two interleaved
 * pairs of processes, than after a collection between ticks.
 */
export function settleHeap(): void {
  process.nextTick(collectAndCompact);
}

function collectAndCompact(): void {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--compact-on-every-full-gc');
  const collectGarbage = runInNewContext('gc') as (options?: object) => void;
  setFlagsFromString('--no-expose-gc');
  // Since Node 22, V8 also keeps the emptied pages (35 MiB) unless a last-resort collection is requested. Node 20 takes any
  // options as a request for a minor collection.
  if (Number.parseInt(process.versions.node) < 22) collectGarbage();
  else collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString('--no-compact-on-every-full-gc');
  setFlagsFromString('--semi-space-growth-factor=2');
}
