import type { DataSource } from 'typeorm';
import type { StoredEvent } from '../../../application/shared/event-transport';
import { claimDue, deleteSent, rescheduleFailed, selectState } from './outbox-sql';

/** An event that this process may send until its lease ends. */
export interface ClaimedEvent extends StoredEvent {
  readonly position: string;
  /** How often it was claimed: a later claim makes this one invalid. */
  readonly claims: number;
}

export interface Claim {
  readonly events: readonly ClaimedEvent[];
  /** Whether there may be more to claim. */
  readonly isFull: boolean;
}

export interface FailedEvent {
  readonly event: ClaimedEvent;
  readonly error: string;
}

export interface Rescheduled {
  readonly id: string;
  readonly failures: number;
  readonly dead: boolean;
}

export interface OutboxState {
  readonly pending: number;
  readonly dead: number;
  readonly oldestAgeSeconds: number;
}

export interface OutboxOptions {
  readonly leaseMs: number;
  /** Failed attempts after which an event is dead. */
  readonly maxAttempts: number;
  /** Before the second attempt; it doubles with each, up to ten minutes. */
  readonly retryDelayMs: number;
}

interface ClaimRow {
  is_first: boolean;
  position: string;
  id: string;
  type: string;
  aggregate_type: string;
  aggregate_id: string;
  occurred_at: Date;
  data: object;
  claims: number;
}

/** The outbox as the relays of all instances use it. Each call is one statement, on a connection that it returns immediately. */
export class OutboxTable {
  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly options: OutboxOptions,
  ) {}

  /**
   * Leases the first event of aggregates: of each aggregate at most one is claimed at a time, by all instances together.
   *
   * @param limit how many, at most
   */
  async claim(limit: number): Promise<Claim> {
    const [rows] = await this.dataSource.query<[ClaimRow[], number]>(claimDue, [limit, this.options.leaseMs]);
    return { events: rows.filter((row) => row.is_first).map(toEvent), isFull: rows.length === limit };
  }

  /** The events that waited for them can be sent from then on. */
  async remove(sent: readonly ClaimedEvent[]): Promise<void> {
    await this.dataSource.query(deleteSent, [sent.map(({ position }) => position)]);
  }

  /** Without those whose lease has ended: another process has them. */
  async reschedule(failed: readonly FailedEvent[]): Promise<readonly Rescheduled[]> {
    const [rows] = await this.dataSource.query<[Rescheduled[], number]>(rescheduleFailed, [
      failed.map(({ event }) => event.position),
      failed.map(({ event }) => event.claims),
      failed.map(({ error }) => error),
      this.options.maxAttempts,
      this.options.retryDelayMs,
    ]);
    return rows;
  }

  async state(): Promise<OutboxState> {
    const [state] = await this.dataSource.query<OutboxState[]>(selectState);
    return state!;
  }
}

function toEvent(row: ClaimRow): ClaimedEvent {
  return {
    position: row.position,
    claims: row.claims,
    id: row.id,
    type: row.type,
    aggregate: { type: row.aggregate_type, id: row.aggregate_id },
    occurredAt: row.occurred_at,
    data: row.data,
  };
}
