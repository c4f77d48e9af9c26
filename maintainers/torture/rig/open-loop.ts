import type { HttpClient } from './http-client';

/** What became of requests that were sent at a fixed rate. */
export interface OpenLoopResult {
  readonly sent: number;
  /** Due when too many had no response yet. */
  readonly unsent: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds from when they were due, of successful ones. */
  readonly latencies: readonly number[];
  /** Milliseconds from the last request until all had a response. */
  readonly drainMs: number;
}

export interface OpenLoopOptions {
  readonly client: HttpClient;
  readonly port: number;
  /** Requests per second, whatever becomes of the earlier ones. */
  readonly rate: number;
  readonly seconds: number;
  readonly maxOutstanding: number;
  readonly request: (number: number) => string;
}

const TICK_MS = 2;

/** Sends requests when they are due, as independent clients do: a slow service does not slow them. */
export async function openLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { client, port, rate, seconds, maxOutstanding, request } = options;
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  const pending = new Set<Promise<void>>();
  let unsent = 0;
  const send = (number: number, dueAt: number): void => {
    if (pending.size >= maxOutstanding) {
      unsent += 1;
      return;
    }
    const response = client
      .send(port, request(number))
      .then(
        ({ status }) => {
          if (status < 300) latencies.push(performance.now() - dueAt);
          return String(status);
        },
        (error: Error) => error.name,
      )
      .then((result) => {
        statuses[result] = (statuses[result] ?? 0) + 1;
        pending.delete(response);
      });
    pending.add(response);
  };
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let due = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (; due < (Math.min(now, endsAt) - startedAt) * (rate / 1_000); due += 1) {
        send(due, startedAt + (due / rate) * 1_000);
      }
      if (now < endsAt) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  await Promise.all(pending);
  return { sent: due - unsent, unsent, statuses, latencies, drainMs: performance.now() - endsAt };
}
