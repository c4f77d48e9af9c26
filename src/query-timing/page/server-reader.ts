import { wallClockNow } from '../globals';
import type { ServerFigures, ServerStatements } from '../model/server-statements';
import { shortened } from '../sql/flat-copy';
import type { ServerMessage, ServerRow } from './messages';

const INTERVAL_MS = 30_000;
/** A server without figures is asked less often. */
const UNAVAILABLE_INTERVAL_MS = 300_000;
const MAX_TEXT_LENGTH = 1000;

/** Reads the figures of the database server now and then, only while someone watches. */
export class ServerReader {
  /** Null until there are some. */
  current: ServerMessage | null = null;
  /** Those of the last figures. */
  private notes: readonly string[] = [];
  private hasChanged = false;
  private isReading = false;
  private dueAt = 0;

  constructor(private readonly read: () => Promise<ServerStatements>) {}

  /** The next call of {@link next} reads. */
  restart(): void {
    this.dueAt = 0;
  }

  /** What has changed since the last call. It reads if it is time to. */
  next(now: number): { readonly server?: ServerMessage | null } {
    if (now >= this.dueAt && !this.isReading) void this.refresh();
    if (!this.hasChanged) return {};
    this.hasChanged = false;
    return { server: this.current };
  }

  /** A server in trouble has no figures, and its last ones are wanted most then: they stay, with a note. */
  private without(reason = 'The figures of the server could not be read.'): ServerMessage | null {
    if (this.current === null) return null;
    return { ...this.current, notes: [`No newer figures: ${reason}`, ...this.notes] };
  }

  private async refresh(): Promise<void> {
    this.isReading = true;
    const next = await this.read().catch(() => undefined);
    const message = next?.source === undefined ? this.without(next?.reason) : messageOf(next, next.source);
    this.hasChanged ||= message !== null;
    this.current = message;
    if (next?.source !== undefined) this.notes = next.notes;
    this.dueAt = wallClockNow() + (message === null ? UNAVAILABLE_INTERVAL_MS : INTERVAL_MS);
    this.isReading = false;
  }
}

type Source = ServerMessage['source'];

function messageOf({ since, statements, others, notes }: ServerStatements, source: Source): ServerMessage {
  const own = statements.map(({ server, statement, ...here }): ServerRow => {
    return { ...here, statement: shortText(statement), ...(server && { server: figuresOf(server) }) };
  });
  const foreign = others.map((one) => ({
    fingerprint: '',
    statement: shortText(one.statement),
    server: figuresOf(one),
  }));
  return { source, since, time: Math.round(wallClockNow()), statements: [...own, ...foreign], notes };
}

const figuresOf = ({ statement: _, entries: __, ...figures }: ServerFigures) => figures;
const shortText = (statement: string) => shortened(statement, MAX_TEXT_LENGTH);
