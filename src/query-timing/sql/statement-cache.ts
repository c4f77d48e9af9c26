import { MAX_FINGERPRINT_INPUT } from './fingerprint';
import { flatCopy } from './flat-copy';

/** A set is full with this number of statements. */
const WAYS = 4;
const SETS = 64;
const SLOTS = WAYS * SETS;
/** Characters of a statement in its hash, evenly spaced. A power of two. */
const SAMPLES = 4;
const SAMPLE_BITS = 2;
/** More characters in all hashes, at places where statements with equal hashes were found to differ. */
const MAX_LEARNED = 8;
const PRIME = 0x01000193;
const MAX_BYTES = 32_768;
/** Comparing a longer text in full each time would take longer than all other work. */
const MAX_ALWAYS_COMPARED = 2048;
const MAX_UNVERIFIED = 63;
/** Of a text that is too long to be kept, its end is kept too: what follows a long list. */
const TAIL = 2048;

/**
 * A cache of one value per recent statement, in bounded memory. A few characters of a statement decide where it is kept, so
 * that this is the same work for short and long statements; then the text is compared, so statements are never confused.
 * When two statements have these characters in common, such as `FROM item_07` and `FROM item_08`, a place where they differ
 * is added. Statements longer than {@link MAX_FINGERPRINT_INPUT} that differ only in the middle are one. Statements that were
 * found again are evicted last, so that those which run once do not displace the others.
 *
 * A statement of more than 2,048 characters is compared less and less often while it is found to be the same, at least
 * every 64th time. Another one with the same length and the same few characters may be taken for it until then; from then
 * on, both are compared every time.
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
  /** Places of characters, counted from the end of a statement. */
  private readonly learned: number[] = [];
  private readonly sizes = new Int32Array(SLOTS);
  private bytes = 0;
  /** Where the last statement was evicted. */
  private hand = 0;

  /** @param maxBytes of all cached statements together, except that the newest is always kept */
  constructor(private readonly maxBytes: number = MAX_BYTES) {}

  get(sql: string): T | undefined {
    const hash = this.hashOf(sql);
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
    this.learnFrom(sql);
    const hash = this.hashOf(sql);
    const slot = this.slotFor(sql, hash);
    this.put(slot, hash, sql.length > MAX_FINGERPRINT_INPUT ? flatCopy(readPart(sql)) : sql, value);
    while (this.bytes > this.maxBytes) {
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
    if (!isKeptAs(texts[slot], sql)) return false;
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

  private put(slot: number, hash: number, text: string, value: T): void {
    this.empty(slot);
    this.texts[slot] = text;
    this.values[slot] = value;
    this.hashes[slot] = hash;
    this.bytes += this.sizes[slot] = bytesOf(text);
  }

  private empty(slot: number): void {
    this.bytes -= this.sizes[slot]!;
    this.sizes[slot] = 0;
    this.texts[slot] = this.values[slot] = undefined;
    this.hashes[slot] = this.found[slot] = this.verified[slot] = this.unverified[slot] = 0;
  }

  /** Makes the hash of a new statement differ from that of a known one, if there is room for another place. */
  private learnFrom(sql: string): void {
    if (this.learned.length === MAX_LEARNED || sql.length > MAX_FINGERPRINT_INPUT) return;
    const hash = this.hashOf(sql);
    const first = firstSlotOf(hash);
    const part = readPart(sql);
    for (let slot = first; slot < first + WAYS; slot++) {
      const text = this.texts[slot];
      if (this.hashes[slot] !== hash || text === undefined || text === part || text.length !== part.length) continue;
      let at = part.length - 1;
      while (text.charCodeAt(at) === part.charCodeAt(at)) at--;
      this.learned.push(sql.length - 1 - at);
      this.rehash();
      return;
    }
  }

  private rehash(): void {
    const { texts, values, found } = this;
    const kept = texts.map((text, slot) => ({ text, value: values[slot], found: found[slot]! }));
    this.clear();
    for (const { text, value, found: wasFound } of kept) {
      // The length of a longer text is part of its hash, and not known any more.
      if (text === undefined || text.length >= MAX_FINGERPRINT_INPUT) continue;
      const hash = this.hashOf(text);
      const slot = this.slotFor(text, hash);
      this.put(slot, hash, text, value!);
      this.found[slot] = wasFound;
    }
  }

  private hashOf(sql: string): number {
    const { length } = sql;
    const { learned } = this;
    let hash = length;
    const step = length >>> SAMPLE_BITS;
    for (let i = 0, at = length - 1; i < SAMPLES; i++, at -= step) hash = Math.imul(hash ^ sql.charCodeAt(at), PRIME);
    for (let i = 0; i < learned.length; i++) {
      const at = length - 1 - learned[i]!;
      if (at >= 0) hash = Math.imul(hash ^ sql.charCodeAt(at), PRIME);
    }
    return hash;
  }
}

/** V8 keeps a text with a character beyond Latin-1 in two bytes per character. */
function bytesOf(text: string): number {
  return /[^\u0000-\u00ff]/.test(text) ? 2 * text.length : text.length;
}

function readPart(sql: string): string {
  return sql.length > MAX_FINGERPRINT_INPUT ? sql.slice(0, MAX_FINGERPRINT_INPUT - TAIL) + sql.slice(-TAIL) : sql;
}

/** Like `text === readPart(sql)` without a copy: a slice of a text is a view, and `===` is faster than `startsWith`. */
function isKeptAs(text: string, sql: string): boolean {
  if (sql.length <= MAX_FINGERPRINT_INPUT) return text === sql;
  const head = MAX_FINGERPRINT_INPUT - TAIL;
  return sql.slice(0, head) === text.slice(0, head) && sql.slice(-TAIL) === text.slice(head);
}

function firstSlotOf(hash: number): number {
  return (((hash ^ (hash >>> 15)) >>> 0) % SETS) * WAYS;
}
