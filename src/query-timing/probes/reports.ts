import { replaceMethod } from './method-replacement';

/** The object that TypeORM creates for a statement and passes to both of its reports. */
type ReportId = object;

/** The report that a query runner is making at the moment. */
export interface CurrentReport {
  id: ReportId | undefined;
}

interface Broadcaster {
  broadcastAfterQueryEvent(id: ReportId, ...event: unknown[]): void;
}

const reports = new WeakMap<object, CurrentReport>();

/**
 * Follows which statement is being reported by a query runner. The events themselves have no id, and when another subscriber throws
 * at a success, TypeORM reports the same statement again, as a failure.
 *
 * @returns undefined if this version of TypeORM reports in another way
 */
export function reportsOf(runner: object): CurrentReport | undefined {
  const { broadcaster } = runner as { broadcaster?: Broadcaster };
  if (typeof broadcaster?.broadcastAfterQueryEvent !== 'function') return undefined;
  const known = reports.get(broadcaster);
  if (known !== undefined) return known;
  const current: CurrentReport = { id: undefined };
  reports.set(broadcaster, current);
  replaceMethod(
    broadcaster,
    'broadcastAfterQueryEvent',
    (report) =>
      function (this: Broadcaster, id, ...event) {
        current.id = id;
        try {
          report.call(this, id, ...event);
        } finally {
          current.id = undefined;
        }
      },
  );
  return current;
}
