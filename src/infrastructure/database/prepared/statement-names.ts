import { createHash } from 'node:crypto';

/** Uses on a connection after which a statement gets a name: until then, most statements do not repeat. */
const USES_WITHOUT_NAME = 3;
/** Statements whose uses are counted, per statement that may have a name. */
const COUNTED_PER_NAME = 4;

interface Known {
  uses: number;
  lastUse: number;
  name: string | undefined;
}

/**
 * The statements that one connection has used, and the names of those that repeat. Bounded: the least recently used go first.
 *
 * A name is made of the text, so that it means the same statement on every connection. A pooler that knows no prepared
 * statements executes a name on the connection of another client: whatever has that name there must be the same statement.
 */
export class StatementNames {
  private readonly known = new Map<string, Known>();
  private clock = 0;
  /** Names that are not used any more: a text that gets another name must not get the one that the server may still know. */
  private dropped = 0;
  private named = 0;
  private readonly unused: string[] = [];

  /** @param max names at any time */
  constructor(private readonly max: number) {}

  /** Counts a use. @returns the name of a statement that repeats */
  use(text: string): string | undefined {
    const known = this.known.get(text) ?? this.add(text);
    known.uses += 1;
    known.lastUse = ++this.clock;
    if (known.name === undefined && known.uses > USES_WITHOUT_NAME) {
      if (this.named === this.max) this.removeOldest(({ name }) => name !== undefined);
      known.name = nameFor(text, this.dropped);
      this.named += 1;
    }
    return known.name;
  }

  /** Whether the name of a statement has been used only once. */
  isNew(text: string): boolean {
    return this.known.get(text)?.uses === USES_WITHOUT_NAME + 1;
  }

  /** The server does not know the name: the statement gets another one when it has been used as often again. */
  forget(text: string): void {
    const known = this.known.get(text);
    if (known?.name === undefined) return;
    known.name = undefined;
    known.uses = 0;
    this.named -= 1;
    this.dropped += 1;
  }

  /** No name is used any more. */
  forgetAll(): void {
    for (const { name } of this.known.values()) if (name !== undefined) this.unused.push(name);
    this.known.clear();
    this.dropped += this.named;
    this.named = 0;
  }

  /** Names that are not used any more, each once: the server may still know them. */
  takeUnused(): readonly string[] {
    return this.unused.length === 0 ? this.unused : this.unused.splice(0);
  }

  private add(text: string): Known {
    if (this.known.size === this.max * COUNTED_PER_NAME) this.removeOldest(() => true);
    const known = { uses: 0, lastUse: 0, name: undefined };
    this.known.set(text, known);
    return known;
  }

  private removeOldest(isCandidate: (known: Known) => boolean): void {
    let oldest: [string, Known] | undefined;
    for (const entry of this.known) {
      if (isCandidate(entry[1]) && (oldest === undefined || entry[1].lastUse < oldest[1].lastUse)) oldest = entry;
    }
    const [text, { name }] = oldest!;
    this.known.delete(text);
    if (name === undefined) return;
    this.named -= 1;
    this.dropped += 1;
    this.unused.push(name);
  }
}

const HASH_CHARACTERS = 32;

/** At most 63 bytes: PostgreSQL's limit for a name. */
function nameFor(text: string, round: number): string {
  return `s${round}_${createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS)}`;
}
