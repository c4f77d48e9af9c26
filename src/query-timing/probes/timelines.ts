import type { Scope } from '../scopes/scope';
import { abandonedOn } from './connection-state';
import type { RunOrder, StatementEvent } from './overlap';
import { takePoolWait } from './pool-wait';
import { beginNext, startOverlap, type Timeline } from './timeline';

/** Beyond this number they move to their runners, because a statement that never ends would stay here forever. */
const MAX_KEPT = 32;

/** The event of an unused timeline, so that nothing of its last statement stays in memory. */
const NO_EVENT: StatementEvent = { queryRunner: {}, query: '' };

type Timed = Record<symbol, Timeline | undefined>;

/**
 * The timelines of the runners with an open statement or transaction. There are as few as there are connections, so a
 * linear search is faster than a map or a property of the runner, and they are reused. When there are many, they move to
 * the runners themselves and are released with them.
 */
export class Timelines {
  private kept: Timeline[] = [];
  private inUse = 0;
  private someMoved = false;
  /** The property of a runner that has its moved timeline. */
  private key = Symbol('query-timing.timeline');

  /**
   * @param lost is called when statements are given up that began and never end
   */
  constructor(
    private readonly order: RunOrder,
    private readonly lost: (statements: number) => void,
  ) {}

  /** Undefined if the runner has no open statement and no transaction. */
  of(runner: object): Timeline | undefined {
    const { kept } = this;
    for (let i = this.inUse - 1; i >= 0; i--) {
      const timeline = kept[i]!;
      if (timeline.event.queryRunner === runner) return timeline;
    }
    return this.someMoved ? (runner as Timed)[this.key] : undefined;
  }

  /** @param scope in which it begins */
  begin(event: StatementEvent, start: number, scope?: Scope): Timeline {
    const { queryRunner } = event;
    const present = this.of(queryRunner);
    if (present !== undefined) {
      const lost = beginNext(present, event, start, scope, this.order);
      if (lost > 0) this.lost(lost);
      return present;
    }
    const timeline = this.unused();
    timeline.open = 1;
    timeline.event = event;
    timeline.start = start;
    timeline.poolWait = takePoolWait(queryRunner);
    timeline.scope = scope;
    if (abandonedOn(queryRunner) !== undefined) startOverlap(timeline, this.order);
    return timeline;
  }

  /** Call after each end: without an open statement and a transaction, the timeline is reused. */
  ended(timeline: Timeline): void {
    if (timeline.open > 0) return;
    timeline.overlap = undefined;
    timeline.scope = undefined;
    if (timeline.transaction !== undefined) return;
    timeline.event = NO_EVENT;
    const { index } = timeline;
    if (index < 0) return;
    const last = --this.inUse;
    if (index !== last) this.swap(index, last);
  }

  /** Forgets everything that is open. A probe may still hold a timeline; it is not used again. */
  forget(): void {
    for (const timeline of this.kept) {
      timeline.index = -1;
      timeline.transaction = undefined;
    }
    this.kept = [];
    this.inUse = 0;
    this.someMoved = false;
    this.key = Symbol('query-timing.timeline');
  }

  private unused(): Timeline {
    if (this.inUse === MAX_KEPT) this.move();
    const index = this.inUse++;
    const { kept } = this;
    if (index === kept.length) {
      const [scope, transaction, overlap] = [undefined, undefined, undefined];
      kept.push({ index, open: 0, event: NO_EVENT, start: 0, poolWait: 0, scope, transaction, overlap });
    }
    return kept[index]!;
  }

  private swap(index: number, last: number): void {
    const { kept } = this;
    const [timeline, other] = [kept[index]!, kept[last]!];
    kept[index] = other;
    kept[last] = timeline;
    other.index = index;
    timeline.index = last;
  }

  private move(): void {
    const moving = this.kept;
    this.kept = [];
    this.inUse = 0;
    this.someMoved = true;
    for (const timeline of moving) {
      timeline.index = -1;
      (timeline.event.queryRunner as Timed)[this.key] = timeline;
    }
  }
}
