/** Runs tasks in their order, at most `limit` at a time, until they end, one fails or the signal is aborted. */
export async function inParallel(
  limit: number,
  tasks: IterableIterator<() => Promise<unknown>>,
  signal?: AbortSignal,
): Promise<void> {
  const worker = async (): Promise<void> => {
    for (const task of tasks) {
      signal?.throwIfAborted();
      await task();
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
