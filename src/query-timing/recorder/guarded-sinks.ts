import type { QueryRecord } from '../model/query-record';
import { Guard } from './guard';
import type { InternalFaults, InternalPart } from './internal-faults';
import type { RecordSink } from './record-sink';

/** A sink, with one guard per method: one that fails does not stop the others. */
export interface GuardedSink {
  readonly part: InternalPart;
  readonly sink: RecordSink;
  readonly guard: Guard;
  readonly name: string | undefined;
  /** What it is the same as for another DataSource. */
  readonly identity: unknown;
}

/** The methods of a sink besides those for statements. */
const NOTIFICATIONS = [
  'recordTransaction',
  'recordAcquisition',
  'recordScope',
  'recordLateStatement',
  'recordConnectionLost',
] as const;
type Notification = (typeof NOTIFICATIONS)[number];
type OptionalMethod = Notification | 'count';
type Having<M extends OptionalMethod> = RecordSink & Required<Pick<RecordSink, M>>;

/** A sink with an optional method, and the guard of that method. */
export interface Guarded<M extends OptionalMethod> extends GuardedSink {
  readonly sink: Having<M>;
  readonly methodGuard: Guard;
}

/** The sinks of a DataSource. No method throws. */
export class GuardedSinks {
  all: readonly GuardedSink[] = [];
  /** Those of the fast lane. */
  counting: readonly Guarded<'count'>[] = [];
  private readonly notified = new Map<Notification, readonly Guarded<Notification>[]>();

  constructor(private readonly faults: InternalFaults) {}

  /**
   * @param name for log lines, if there may be several of a part
   * @param identity of a custom sink, which several DataSources may have in common
   */
  add(part: InternalPart, sink: RecordSink, name: string | undefined, identity: unknown): void {
    const added = { part, sink, guard: new Guard(part, this.faults, name), name, identity };
    this.all = [...this.all, added];
    this.counting = this.having('count', added, this.counting);
    for (const method of NOTIFICATIONS) this.notified.set(method, this.having(method, added, this.of(method)));
  }

  remove(sink: RecordSink): void {
    const without = <S extends GuardedSink>(all: readonly S[]) => all.filter((added) => added.sink !== sink);
    this.all = without(this.all);
    this.counting = without(this.counting);
    for (const method of NOTIFICATIONS) this.notified.set(method, without(this.of(method)));
  }

  /**
   * Calls a method of the sinks that have it.
   *
   * @param delivered the identities of sinks that are left out; those that are called are added
   */
  notify<M extends Notification>(method: M, call: (sink: Having<M>) => unknown, delivered?: Set<unknown>): void {
    for (const { sink, methodGuard, identity } of this.of(method)) {
      if (delivered?.has(identity)) continue;
      delivered?.add(identity);
      if (!methodGuard.admits()) continue;
      try {
        methodGuard.settled(call(sink));
      } catch (error) {
        methodGuard.failed(error);
      }
    }
  }

  private of<M extends Notification>(method: M): readonly Guarded<M>[] {
    return (this.notified.get(method) ?? []) as readonly Guarded<M>[];
  }

  private having<M extends OptionalMethod>(
    method: M,
    added: GuardedSink,
    present: readonly Guarded<M>[],
  ): readonly Guarded<M>[] {
    if (added.sink[method] === undefined) return present;
    const { part, name } = added;
    const methodGuard = new Guard(part, this.faults, name === undefined ? method : `${name}.${method}`);
    return [...present, { ...added, methodGuard } as Guarded<M>];
  }
}

/** Never throws. */
export function deliver(record: QueryRecord, { sink, guard }: GuardedSink): void {
  const { endedAt } = record;
  if (!guard.admits(endedAt)) return;
  try {
    guard.settled(sink.record(record));
  } catch (error) {
    guard.failed(error, endedAt);
  }
}
