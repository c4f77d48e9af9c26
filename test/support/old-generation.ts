import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const WARM_UP = 5;
const READS = 30;

/**
 * Bytes in V8's old generation after reads, each of which is followed by a collection of the young objects only. What a read
 * leaves there remains until the next full collection.
 * @param isHeld keeps all that was read, to see what that costs
 */
export async function oldGenerationAfter(
  read: () => Promise<unknown>,
  { isHeld = false }: { readonly isHeld?: boolean } = {},
): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
  setFlagsFromString('--no-expose-gc');
  for (let i = 0; i < WARM_UP; i += 1) await read();
  collect();
  const held: unknown[] = [];
  const before = oldBytes();
  for (let i = 0; i < READS; i += 1) {
    const result = await read();
    if (isHeld) held.push(result);
    collect({ type: 'minor' });
  }
  const bytes = oldBytes() - before;
  // Used after the measurement, so that none of it was collected before.
  if (isHeld && held.length !== READS) throw new Error('Something was not held.');
  return bytes;
}

const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')!.space_used_size;
