import { randomUUID } from 'node:crypto';
import { every, toJson, wallClockNow } from '../globals';
import type { TimingView } from '../query-timing';
import type { PageMessage } from './messages';
import type { PageResponse } from './http';
import { PageSource } from './source';
import { UnitJournal } from './unit-journal';
import { Watchers } from './watchers';

const INTERVAL_MS = 1000;

/** One message per second for all watchers together. Without any, there is no timer and nothing is read. */
export class Feed {
  private readonly instance = randomUUID();
  private readonly units = new UnitJournal();
  private readonly sources: readonly PageSource[];
  private readonly watchers: Watchers;
  private stop: (() => void) | undefined;
  /** The first message of a connection, until the next second. */
  private complete: Uint8Array | undefined;

  constructor(views: readonly TimingView[], maxWatchers: number) {
    this.sources = distinct(views).map((view) => new PageSource(view, this.units));
    this.watchers = new Watchers(maxWatchers, () => this.pause());
  }

  get isFull(): boolean {
    return this.watchers.isFull;
  }

  watch(response: PageResponse): void {
    if (this.stop === undefined) this.resume();
    this.complete ??= eventOf({
      complete: true,
      instance: this.instance,
      now: Math.round(wallClockNow()),
      sources: this.sources.map((source) => source.complete()),
      units: this.units.allUnits(),
      findings: this.units.allFindings(),
    });
    this.watchers.add(response, this.complete);
  }

  end(): void {
    this.watchers.end();
    for (const source of this.sources) source.end();
  }

  private resume(): void {
    this.units.watched = true;
    for (const source of this.sources) source.open();
    this.units.takeUnits();
    this.units.takeFindings();
    this.stop = every(INTERVAL_MS, () => this.tick());
  }

  private pause(): void {
    this.stop?.();
    this.stop = this.complete = undefined;
    this.units.watched = false;
    for (const source of this.sources) source.close();
  }

  private tick(): void {
    this.complete = undefined;
    const now = Math.round(wallClockNow());
    const units = this.units.takeUnits();
    const findings = this.units.takeFindings();
    const sources = this.sources.map((source) => source.next(now));
    const changed = { ...(units.length > 0 && { units }), ...(findings.length > 0 && { findings }) };
    this.watchers.send(eventOf({ complete: false, now, sources, ...changed }));
  }
}

/** The page knows a DataSource by its name, which two of them may have in common. */
function distinct(views: readonly TimingView[]): TimingView[] {
  const seen = new Map<string, number>();
  return views.map((view) => {
    const times = (seen.get(view.name) ?? 0) + 1;
    seen.set(view.name, times);
    return times === 1 ? view : { ...view, name: `${view.name} (${times})` };
  });
}

/** JSON has no line breaks, so it is one line of an event. */
function eventOf(message: PageMessage): Uint8Array {
  return Buffer.from(`data: ${toJson(message)}\n\n`);
}
