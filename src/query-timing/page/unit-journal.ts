import { wallClockNow } from '../globals';
import type { RepeatedStatement } from '../model/scope-summary';
import type { RecordSink } from '../recorder/record-sink';
import { exceededIn, repeatedIn } from '../scopes/findings';
import type { Scope } from '../scopes/scope';
import { shortened } from '../sql/flat-copy';
import type { FindingRow, UnitRow } from './messages';

const MAX_NAMES = 200;
const OTHER = 'other';
const MAX_FINDINGS = 50;
const MAX_TEXT_LENGTH = 1000;
const MAX_SENDERS = 1000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Units of work by name, and what was repeated in them. The DataSources of a page have one in common. */
export class UnitJournal implements RecordSink {
  private readonly units = new Map<string, Mutable<UnitRow>>();
  private readonly findings = new Map<string, Mutable<FindingRow>>();
  /** The names that have changed since they were last taken. */
  private readonly changedUnits = new Set<string>();
  private readonly changedFindings = new Set<string>();

  /** While someone watches, it also notes which unit of work sends a statement. */
  watched = false;
  private readonly senders = new Map<string, string>();

  record(): void {
    // Statements are in the journals of their DataSources.
  }

  recordScope(scope: Scope): void {
    const unit = this.unitOf(scope);
    const repeated = repeatedIn(scope);
    unit.units++;
    unit.statements += scope.statements;
    if (scope.statements > unit.maxStatements) unit.maxStatements = scope.statements;
    const ms = scope.seconds * 1000;
    unit.ms += ms;
    if (ms > unit.maxMs) unit.maxMs = ms;
    unit.elapsedMs += Math.max(0, scope.closedAt - scope.openedAt);
    unit.poolMs += scope.poolSeconds * 1000;
    unit.rows += scope.rows;
    unit.errors += scope.errors;
    unit.budget = scope.budget;
    unit.lastSeen = Math.round(wallClockNow());
    if (this.watched) this.noteSenders(scope);
    if (exceededIn(scope).length > 0) unit.exceeded++;
    if (repeated.length === 0) return;
    unit.repeated++;
    for (const one of repeated) this.addFinding(scope, one);
  }

  /** The first unit of work that was seen to send a statement. */
  senderOf(fingerprint: string): string | undefined {
    return this.senders.get(fingerprint);
  }

  allUnits(): readonly UnitRow[] {
    return [...this.units.values()];
  }

  allFindings(): readonly FindingRow[] {
    return [...this.findings.values()];
  }

  /** Those that have changed since the last call. */
  takeUnits(): readonly UnitRow[] {
    return taken(this.changedUnits, this.units);
  }

  takeFindings(): readonly FindingRow[] {
    return taken(this.changedFindings, this.findings);
  }

  private noteSenders({ distinct, name }: Scope): void {
    for (const { fingerprint } of distinct) {
      if (!this.senders.has(fingerprint) && this.senders.size < MAX_SENDERS) this.senders.set(fingerprint, name);
    }
  }

  private unitOf({ name, handler }: Scope): Mutable<UnitRow> {
    let key = name;
    let unit = this.units.get(key);
    if (unit === undefined && this.units.size >= MAX_NAMES) unit = this.units.get((key = OTHER));
    if (unit === undefined) {
      const counts = { units: 0, statements: 0, maxStatements: 0, errors: 0, repeated: 0, exceeded: 0, rows: 0 };
      unit = { name: key, ...counts, ms: 0, maxMs: 0, elapsedMs: 0, poolMs: 0, lastSeen: 0 };
      this.units.set(key, unit);
    }
    if (key !== OTHER) unit.handler = handler;
    this.changedUnits.add(key);
    return unit;
  }

  private addFinding({ name, handler, requestId }: Scope, found: RepeatedStatement): void {
    const { fingerprint, statement, dataSource, relation, lookup, caller, hint, count, seconds } = found;
    const key = `${name}\n${fingerprint}`;
    let row = this.findings.get(key);
    if (row === undefined) {
      if (this.findings.size === MAX_FINDINGS) this.forgetOldest();
      const text = shortened(statement, MAX_TEXT_LENGTH);
      row = { scope: name, fingerprint, statement: text, hint, units: 0, maxCount: 0, ms: 0, lastSeen: 0 };
    }
    Object.assign(row, { handler, requestId, dataSource, relation, lookup, hint });
    row.caller = caller ?? row.caller;
    row.units++;
    row.ms += seconds * 1000;
    if (count > row.maxCount) row.maxCount = count;
    row.lastSeen = Math.round(wallClockNow());
    // At the end: the first one of a map is the oldest.
    this.findings.delete(key);
    this.findings.set(key, row);
    this.changedFindings.add(key);
  }

  private forgetOldest(): void {
    for (const key of this.findings.keys()) {
      this.findings.delete(key);
      return;
    }
  }
}

function taken<T>(names: Set<string>, rows: ReadonlyMap<string, T>): T[] {
  const changed = [...names].map((name) => rows.get(name)).filter((row) => row !== undefined);
  names.clear();
  return changed;
}
