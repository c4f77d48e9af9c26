const SLOTS = 256;
const SAMPLES = 8;
/** Characters of SQL that the cache keeps alive, in all. */
const MAX_CHARACTERS = 32_768;
const MAX_STATEMENT = 8192;

/**
 * Remembers something about the statements seen last, in fixed memory. The place of a statement is found from eight
 * of its characters, so that a look-up costs the same for short and long ones; two that share a place push each other
 * out, and the text itself is compared, so that they are never mixed up.
 */
export class StatementCache<T> {
  private readonly texts: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);
  private readonly values: (T | undefined)[] = new Array<T | undefined>(SLOTS).fill(undefined);
  private characters = 0;

  get(sql: string): T | undefined {
    const slot = slotOf(sql);
    return this.texts[slot] === sql ? this.values[slot] : undefined;
  }

  set(sql: string, value: T): void {
    if (sql.length > MAX_STATEMENT) return;
    if (this.characters + sql.length > MAX_CHARACTERS) this.clear();
    const slot = slotOf(sql);
    this.characters += sql.length - (this.texts[slot]?.length ?? 0);
    this.texts[slot] = sql;
    this.values[slot] = value;
  }

  clear(): void {
    this.texts.fill(undefined);
    this.values.fill(undefined);
    this.characters = 0;
  }
}

function slotOf(sql: string): number {
  const { length } = sql;
  let hash = length;
  if (length <= SAMPLES) {
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ sql.charCodeAt(i), 0x01000193);
  } else {
    const step = length / SAMPLES;
    for (let i = 0, at = step - 1; i < SAMPLES; i++, at += step) {
      hash = Math.imul(hash ^ sql.charCodeAt(at | 0), 0x01000193);
    }
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % SLOTS;
}
