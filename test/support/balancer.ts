import { setTimeout as delay } from 'node:timers/promises';

/** As balancers do: Kubernetes waits for three by default. */
const FAILURES_IN_A_ROW = 3;
const PROBE_INTERVAL_MS = 200;

/** As an orchestrator sees it: a replica that is not ready gets no more requests, a little later than it says so. */
export class Balancer {
  private readonly watched = new Set<string>();
  private readonly ready = new Set<string>();
  private readonly timers: NodeJS.Timeout[] = [];
  private next = 0;

  watch(url: string): void {
    this.watched.add(url);
    this.ready.add(url);
    let failures = 0;
    const probe = async (): Promise<void> => {
      const response = await fetch(`${url}/health/ready`).catch(() => undefined);
      failures = response?.ok ? 0 : failures + 1;
      if (failures === 0) this.ready.add(url);
      // A busy machine may fail once. A stopping replica serves on in the meantime.
      else if (failures >= FAILURES_IN_A_ROW) this.ready.delete(url);
    };
    this.timers.push(setInterval(() => void probe(), PROBE_INTERVAL_MS));
  }

  /** If none is ready, each of them, as balancers do: they are more likely busy than gone. */
  choose(): string {
    const urls = [...(this.ready.size > 0 ? this.ready : this.watched)];
    this.next += 1;
    return urls[this.next % urls.length]!;
  }

  has(url: string): boolean {
    return this.ready.has(url);
  }

  /** Waits until it sends requests there. */
  async includes(url: string): Promise<void> {
    while (!this.has(url)) await delay(PROBE_INTERVAL_MS / 10);
  }

  stop(): void {
    this.timers.forEach(clearInterval);
  }
}
