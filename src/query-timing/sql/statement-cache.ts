import { MAX_FINGERPRINT_INPUT } from './fingerprint';
import { flatCopy } from './flat-copy';

/** A set is full with this number of statements. */
const WAYS = 4;
const SETS = 64;
const SLOTS = WAYS * SETS;
/** A power of two, for {@link hashOf}. */
const SAMPLES = 8;
const PRIME = 0x01000193;
const MAX_CHARACTERS = 49_152;
/** Comparing a longer text in full each time would take longer than all other work. */
const MAX_ALWAYS_COMPARED = 2048;
const MAX_UNVERIFIED = 63;
/** Of a text that is too long to be kept, its end is kept too: what follows a long list. */
const TAIL = 2048;

/**
 * A cache of one value per recent statement, in bounded memory. A statement's set is derived from eight of its characters,
 * so that is the same work for short and long statements; then the text is compared, so statements are never confused.
 * Statements longer than {@link MAX_FINGERPRINT_INPUT} that differ only in the middle are one. Statements that were found again are evicted
 * last, so that those which run once do not displace the others.
 *
 * A statement of more than 2,048 characters is compared less and less often while it is found to be the same, at least
 * every 64th time. One with the same length and the same eight characters may be taken for it until the next comparison;
 * from then on, both are compared every time.
 */
export class StatementCache<T> {
  private readonly texts: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);
  private readonly values: (T | undefined)[] = new Array<T | undefined>(SLOTS).fill(undefined);
  private readonly hashes = new Int32Array(SLOTS);
  /** 1 if the statement was found again. */
  private readonly found = new Uint8Array(SLOTS);
  /** By slot of a long text: successful comparisons, and look-ups until the next one. */
  private readonly verified = new Uint8Array(SLOTS);
  private readonly unverified = new Uint8Array(SLOTS);
  private characters = 0;
  /** Where the last statement was evicted. */
  private hand = 0;

  /** @param maxCharacters of all cached statements together: at least {@link MAX_FINGERPRINT_INPUT} */
  constructor(private readonly maxCharacters: number = MAX_CHARACTERS) {}

  get(sql: string): T | undefined {
    const hash = hashOf(sql);
    const { hashes, texts, values } = this;
    const first = firstSlotOf(hash);
    for (let slot = first; slot < first + WAYS; slot++) {
      if (hashes[slot] !== hash) continue;
      if (sql.length <= MAX_ALWAYS_COMPARED ? texts[slot] === sql : this.holdsLong(slot, sql)) {
        this.found[slot] = 1;
        return values[slot];
      }
    }
    return undefined;
  }

  set(sql: string, value: T): void {
    const hash = hashOf(sql);
    const slot = this.slotFor(sql, hash);
    const text = sql.length > MAX_FINGERPRINT_INPUT ? flatCopy(readPart(sql)) : sql;
    this.empty(slot);
    this.texts[slot] = text;
    this.values[slot] = value;
    this.hashes[slot] = hash;
    this.characters += text.length;
    while (this.characters > this.maxCharacters) {
      const next = this.advance();
      if (next !== slot && !this.spare(next)) this.empty(next);
    }
  }

  clear(): void {
    for (let slot = 0; slot < SLOTS; slot++) this.empty(slot);
  }

  private holdsLong(slot: number, sql: string): boolean {
    const { texts, verified, unverified } = this;
    if (texts[slot] === undefined) return false;
    if (unverified[slot]! > 0) {
      unverified[slot]! -= 1;
      return true;
    }
    if (texts[slot] !== readPart(sql)) return false;
    if (this.isAmbiguous(slot)) return true;
    if (verified[slot]! < MAX_UNVERIFIED) verified[slot]! += 1;
    unverified[slot] = verified[slot]!;
    return true;
  }

  /** Another statement has the same length and the same sampled characters. */
  private isAmbiguous(slot: number): boolean {
    const hash = this.hashes[slot]!;
    const first = firstSlotOf(hash);
    for (let other = first; other < first + WAYS; other++) {
      if (other !== slot && this.hashes[other] === hash && this.texts[other] !== undefined) return true;
    }
    return false;
  }

  private slotFor(sql: string, hash: number): number {
    const first = firstSlotOf(hash);
    const part = readPart(sql);
    let free = -1;
    for (let slot = first; slot < first + WAYS; slot++) {
      if (this.texts[slot] === part) return slot;
      if (this.hashes[slot] === hash) this.unverified[slot] = this.verified[slot] = 0;
      if (free < 0 && this.texts[slot] === undefined) free = slot;
    }
    return free < 0 ? this.victimIn(first) : free;
  }

  private victimIn(first: number): number {
    const start = this.advance();
    for (let way = 0; way < WAYS; way++) {
      const slot = first + ((start + way) % WAYS);
      if (this.found[slot] === 0) return slot;
    }
    this.found.fill(0, first, first + WAYS);
    return first + (start % WAYS);
  }

  private advance(): number {
    return (this.hand = (this.hand + 1) % SLOTS);
  }

  /** Spares a statement that was found, once. */
  private spare(slot: number): boolean {
    const wasFound = this.found[slot] === 1;
    this.found[slot] = 0;
    return wasFound;
  }

  private empty(slot: number): void {
    this.characters -= this.texts[slot]?.length ?? 0;
    this.texts[slot] = this.values[slot] = undefined;
    this.hashes[slot] = this.found[slot] = this.verified[slot] = this.unverified[slot] = 0;
  }
}

function readPart(sql: string): string {
  return sql.length > MAX_FINGERPRINT_INPUT ? sql.slice(0, MAX_FINGERPRINT_INPUT - TAIL) + sql.slice(-TAIL) : sql;
}

function firstSlotOf(hash: number): number {
  return (((hash ^ (hash >>> 15)) >>> 0) % SETS) * WAYS;
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
