import { randomBytes } from 'node:crypto';
import { types } from 'node:util';
import { epochOf } from '../globals';
import type { PageStart } from '../sql/statement-shape';

/** What {@link parametersHash} returns for parameters that are not compared. */
export const NOT_COMPARED = 0;

const MAX_PARAMETERS = 20;
const MAX_LENGTH = 500;
/** Of a statement. */
const MAX_TEXT_LENGTH = 5000;
const PRIME = 0x01000193;
const MULTIPLIER = 0x85ebca6b;

/** Of this process, so that a hash says nothing about a value to those who guess it. */
const [SECRET_A, SECRET_B] = new Int32Array(Uint8Array.from(randomBytes(8)).buffer) as unknown as [number, number];

let a = 0;
let b = 0;

/**
 * A hash of what a statement is called with: its parameters, and its text if it has none. Equal calls have equal hashes, and
 * different ones practically never. Long or compound values are not compared: that would take longer than it is worth.
 */
export function parametersHash(sql: string, parameters: unknown): number {
  a = SECRET_A;
  b = SECRET_B;
  if (parameters === undefined || parameters === null) return mixText(sql) ? hash() : NOT_COMPARED;
  // mysql2 accepts a single value, and an object with named ones.
  if (!Array.isArray(parameters)) return mixValue(parameters) ? hash() : NOT_COMPARED;
  if (parameters.length === 0) return mixText(sql) ? hash() : NOT_COMPARED;
  if (parameters.length > MAX_PARAMETERS) return NOT_COMPARED;
  // By index: an iterator may be the application's.
  for (let i = 0; i < parameters.length; i++) if (!mixValue(parameters[i])) return NOT_COMPARED;
  return hash();
}

/** A hash of the text and of the parameters. */
export function callHash(sql: string, parameters: unknown): number {
  const ofParameters = parametersHash('', parameters);
  return ofParameters !== NOT_COMPARED && mixText(sql, MAX_TEXT_LENGTH) ? hash() : NOT_COMPARED;
}

/** A hash of the page that a call reads, without what decides which rows have pages. */
export function pageHash(starts: readonly PageStart[], parameters: unknown): number {
  a = SECRET_A;
  b = SECRET_B;
  const given = Array.isArray(parameters) ? (parameters as readonly unknown[]) : [];
  const areMixed = starts.every((start) => mixValue(typeof start === 'number' ? given[start] : start));
  return areMixed ? hash() : NOT_COMPARED;
}

/** Each type ends with its own mark. */
function mixValue(value: unknown): boolean {
  if (typeof value === 'string') return mixText(value);
  if (typeof value === 'number' && value === (value | 0)) return mixed(value, 5);
  if (typeof value === 'number') return mixText(String(value)) && mixed(0, 7);
  if (value === null || value === undefined) return mixed(0, 8);
  if (typeof value === 'boolean') return mixed(value ? 1 : 0, 9);
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return mixText(String(value)) && mixed(0, 10);
  if (types.isDate(value)) return mixText(String(epochOf(value))) && mixed(0, 11);
  return false;
}

function mixed(value: number, mark: number): true {
  mix(value);
  mix(mark);
  return true;
}

function mixText(text: string, maxLength = MAX_LENGTH): boolean {
  if (text.length > maxLength) return false;
  // Two characters at a time, in local variables: V8 reads those of the module from memory.
  let [one, other] = [a, b];
  const pairs = text.length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    const pair = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
    one = Math.imul(one ^ pair, PRIME);
    other = Math.imul(other ^ pair, MULTIPLIER);
  }
  a = one;
  b = other;
  if (pairs < text.length) mix(text.charCodeAt(pairs));
  return mixed(text.length, 6);
}

function mix(part: number): void {
  a = Math.imul(a ^ part, PRIME);
  b = Math.imul(b ^ part, MULTIPLIER);
}

/** Of 52 bits, never {@link NOT_COMPARED}. */
function hash(): number {
  return (a >>> 0) * 0x100000 + ((b ^ (b >>> 15)) & 0xfffff) + 1;
}
