import { MAX_FINGERPRINT_INPUT } from './fingerprint';

const SLOTS = 256;
/** A power of two, for {@link hashOf}. */
const SAMPLES = 8;
const PRIME = 0x01000193;
const MAX_CHARACTERS = 65_536;
/** Comparing longer texts in full would take longer than all other work. */
const MAX_ALWAYS_COMPARED = 512;
const COMPARE_EVERY = 128;

/**
 * A cache of one value per recent statement, in bounded memory. The slot of a statement is derived from eight of its
 * characters, so a look-up costs the same for short and long statements. Statements in the same slot evict each other; the
 * text is compared, so they are never confused. Statements that differ only after {@link MAX_FINGERPRINT_INPUT} are one.
 */
export class StatementCache<T> {
  private readonly texts: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);
  private readonly values: (T | undefined)[] = new Array<T | undefined>(SLOTS).fill(undefined);
  private readonly hashes = new Int32Array(SLOTS);
  private characters = 0;
  private glances = 0;
  /** The slot to be emptied next when there are too many characters. */
  private hand = 0;

  /** @param maxCharacters of all cached statements together: at least {@link MAX_FINGERPRINT_INPUT} */
  constructor(private readonly maxCharacters: number = MAX_CHARACTERS) {}

  get(sql: string): T | undefined {
    const slot = slotOf(hashOf(sql));
    return this.texts[slot] === readPart(sql) ? this.values[slot] : undefined;
  }

  /**
   * Like {@link get}, for a caller that tolerates a rare wrong result: a long text is compared in full only every 128th
   * time; otherwise its length and eight characters decide.
   */
  getUnverified(sql: string): T | undefined {
    if (sql.length <= MAX_ALWAYS_COMPARED || ++this.glances % COMPARE_EVERY === 0) return this.get(sql);
    const hash = hashOf(sql);
    const slot = slotOf(hash);
    return this.hashes[slot] === hash ? this.values[slot] : undefined;
  }

  set(sql: string, value: T): void {
    const hash = hashOf(sql);
    const slot = slotOf(hash);
    const text = sql.length > MAX_FINGERPRINT_INPUT ? copyOf(readPart(sql)) : sql;
    this.empty(slot);
    this.texts[slot] = text;
    this.values[slot] = value;
    this.hashes[slot] = hash;
    this.characters += text.length;
    while (this.characters > this.maxCharacters) {
      if (this.hand !== slot) this.empty(this.hand);
      this.hand = (this.hand + 1) % SLOTS;
    }
  }

  clear(): void {
    this.texts.fill(undefined);
    this.values.fill(undefined);
    this.hashes.fill(0);
    this.characters = 0;
  }

  private empty(slot: number): void {
    this.characters -= this.texts[slot]?.length ?? 0;
    this.texts[slot] = this.values[slot] = undefined;
    this.hashes[slot] = 0;
  }
}

function readPart(sql: string): string {
  return sql.length > MAX_FINGERPRINT_INPUT ? sql.slice(0, MAX_FINGERPRINT_INPUT) : sql;
}

/** A slice would keep the whole text in memory. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

function slotOf(hash: number): number {
  return ((hash ^ (hash >>> 15)) >>> 0) % SLOTS;
}

function hashOf(sql: string): number {
  const { length } = sql;
  let hash = length;
  if (length <= SAMPLES) {
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ sql.charCodeAt(i), PRIME);
    return hash;
  }
  const step = length >>> 3;
  for (let i = 0, at = length - 1; i < SAMPLES; i++, at -= step) hash = Math.imul(hash ^ sql.charCodeAt(at), PRIME);
  return hash;
}
