import { takePoolWait } from './pool-wait';
import { beginNext, type StatementEvent, type Timeline } from './timeline';

/** Beyond so many they move to their runners: a statement that never ends would be kept here for good. */
const MAX_KEPT = 32;

/** Of a timeline that waits to be used again: nothing of the last statement is kept alive. */
const NO_EVENT: StatementEvent = { queryRunner: {}, query: '' };

const TIMELINE = Symbol('query-timing.timeline');

interface Timed {
  [TIMELINE]?: Timeline;
}

/**
 * The timelines of the runners on which something is going on. Those are a few, as connections are, so that looking
 * through them is quicker than a map or a property of the runner, and they are used again and again. When there are
 * many they move to the runners themselves, with which they go.
 */
export class Timelines {
  private kept: Timeline[] = [];
  private inUse = 0;
  private someMoved = false;

  /** Undefined when nothing is going on there. */
  of(runner: object): Timeline | undefined {
    const { kept } = this;
    for (let i = this.inUse - 1; i >= 0; i--) {
      const timeline = kept[i]!;
      if (timeline.event.queryRunner === runner) return timeline;
    }
    return this.someMoved ? (runner as Timed)[TIMELINE] : undefined;
  }

  begin(event: StatementEvent, start: number): Timeline {
    const { queryRunner } = event;
    const present = this.of(queryRunner);
    if (present !== undefined) {
      beginNext(present, event, start);
      return present;
    }
    const timeline = this.unused();
    timeline.open = 1;
    timeline.event = event;
    timeline.start = start;
    timeline.poolSeconds = takePoolWait(queryRunner);
    return timeline;
  }

  /** To be told after each end: with nothing open and no transaction there is nothing to remember. */
  ended(timeline: Timeline): void {
    if (timeline.open > 0 || timeline.transaction !== undefined) return;
    timeline.event = NO_EVENT;
    timeline.overlap = undefined;
    const { index } = timeline;
    if (index < 0) return;
    const last = --this.inUse;
    if (index !== last) this.swap(index, last);
  }

  private unused(): Timeline {
    if (this.inUse === MAX_KEPT) this.move();
    const index = this.inUse++;
    const { kept } = this;
    if (index === kept.length) {
      const [transaction, overlap] = [undefined, undefined];
      kept.push({ index, open: 0, event: NO_EVENT, start: 0, poolSeconds: 0, transaction, overlap });
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
      (timeline.event.queryRunner as Timed)[TIMELINE] = timeline;
    }
  }
}
