import { types } from 'node:util';
import { epochOf, isoTime, toJson } from '../globals';

const MAX_DEPTH = 3;
const MAX_ITEMS = 10;
const MAX_NAME_LENGTH = 40;
const GETTER = '<getter>';
/** A text needs more time than the square of its digits. */
const MAX_BIGINT = 2n ** 256n;

// Bound when the module is loaded: a value may have its own, and a test may replace the global ones.
const { getOwnPropertyDescriptor, getPrototypeOf, keys } = Object;
const { isArray } = Array;
/* eslint-disable @typescript-eslint/unbound-method -- each is called with the value as this */
const getterOf = (target: object, name: PropertyKey) => getOwnPropertyDescriptor(target, name)!.get!;
const typedArray = getPrototypeOf(Uint8Array.prototype) as object;
const typedArrayName = getterOf(typedArray, Symbol.toStringTag);
const typedArrayBytes = getterOf(typedArray, 'byteLength');
const bufferBytes = getterOf(ArrayBuffer.prototype, 'byteLength');
const sharedBufferBytes = getterOf(SharedArrayBuffer.prototype, 'byteLength');
const viewBytes = getterOf(DataView.prototype, 'byteLength');
const mapSize = getterOf(Map.prototype, 'size');
const setSize = getterOf(Set.prototype, 'size');
const symbolDescription = getterOf(Symbol.prototype, 'description');
const regExpSource = getterOf(RegExp.prototype, 'source');
/* eslint-enable @typescript-eslint/unbound-method */

/**
 * Any value as a text of at most `maxLength` characters, and `…` if there is more. It runs no code of the value (no
 * getter, no `toJSON`, no trap of a proxy), never throws, and reads neither the bytes of a buffer nor more than the start
 * of a text or a list. Of an object it lists the keys, so its time grows with their number.
 */
export function printable(value: unknown, maxLength: number): string {
  if (typeof value === 'string') return cut(value, maxLength);
  try {
    const printer = new Printer(maxLength);
    printer.print(value, 0);
    return cut(printer.text, maxLength);
  } catch {
    return `<${typeof value}>`;
  }
}

/** The items of a list, or a single value, as texts in the same way: at most `maxItems`, then how many there are more. */
export function printableItems(value: unknown, maxItems: number, maxLength: number): string[] {
  if (value === undefined) return [];
  if (types.isProxy(value) || !isArray(value)) return [printable(value, maxLength)];
  const texts: string[] = [];
  for (let i = 0; i < value.length && i < maxItems; i++) {
    const descriptor = getOwnPropertyDescriptor(value, i);
    texts.push(descriptor?.get === undefined ? printable(descriptor?.value, maxLength) : GETTER);
  }
  if (value.length > maxItems) texts.push(`… ${value.length - maxItems} more`);
  return texts;
}

/** The start of a text, as a copy: a slice would keep the whole text in memory. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const start = text.slice(0, maxLength);
  return `${Buffer.from(start, 'utf16le').toString('utf16le')}…`;
}

class Printer {
  text = '';
  private readonly path: object[] = [];

  constructor(private readonly maxLength: number) {}

  print(value: unknown, depth: number): void {
    if (typeof value === 'string') this.text += toJson(value.slice(0, this.maxLength));
    else if ((typeof value === 'object' && value !== null) || typeof value === 'function') this.object(value, depth);
    else this.text += primitive(value);
  }

  private object(value: object, depth: number): void {
    const summary = summaryOf(value);
    if (summary !== undefined) {
      this.text += summary;
    } else if (this.path.includes(value)) {
      this.text += '<circular>';
    } else if (depth === MAX_DEPTH) {
      this.text += isArray(value) ? '[…]' : '{…}';
    } else {
      this.path.push(value);
      if (isArray(value)) this.list(value, depth);
      else this.fields(value, depth);
      this.path.pop();
    }
  }

  private list(list: readonly unknown[], depth: number): void {
    this.text += '[';
    for (let i = 0; i < list.length && !this.isFull; i++) {
      if (i > 0) this.text += ',';
      if (i === MAX_ITEMS) {
        this.text += `… ${list.length - i} more`;
        break;
      }
      this.property(list, i, depth);
    }
    this.text += ']';
  }

  private fields(value: object, depth: number): void {
    const className = classOf(value);
    if (className !== undefined && depth > 0) {
      this.text += `<${className}>`;
      return;
    }
    if (className !== undefined) this.text += `${className} `;
    const names = keys(value);
    this.text += '{';
    for (let i = 0; i < names.length && !this.isFull; i++) {
      if (i > 0) this.text += ',';
      if (i === MAX_ITEMS) {
        this.text += `… ${names.length - i} more`;
        break;
      }
      this.print(names[i], depth);
      this.text += ':';
      this.property(value, names[i]!, depth);
    }
    this.text += '}';
  }

  private property(of: object, name: PropertyKey, depth: number): void {
    const descriptor = getOwnPropertyDescriptor(of, name);
    if (descriptor?.get !== undefined) this.text += GETTER;
    else this.print(descriptor?.value, depth + 1);
  }

  private get isFull(): boolean {
    return this.text.length > this.maxLength;
  }
}

function primitive(value: unknown): string {
  if (typeof value === 'symbol') {
    return `Symbol(${cut((symbolDescription.call(value) as string | undefined) ?? '', MAX_NAME_LENGTH)})`;
  }
  if (typeof value === 'bigint' && (value > MAX_BIGINT || value < -MAX_BIGINT)) return '<bigint of more than 256 bits>';
  return String(value);
}

/** For values that are not printed by their fields; undefined for all others. */
function summaryOf(value: object): string | undefined {
  if (types.isProxy(value)) return '<Proxy>';
  if (typeof value === 'function') return `<function ${nameOf(value) ?? ''}>`.replace(' >', '>');
  if (types.isTypedArray(value)) {
    const name = Buffer.isBuffer(value) ? 'Buffer' : String(typedArrayName.call(value));
    return bytes(name, typedArrayBytes.call(value));
  }
  if (types.isArrayBuffer(value)) return bytes('ArrayBuffer', bufferBytes.call(value));
  if (types.isSharedArrayBuffer(value)) return bytes('SharedArrayBuffer', sharedBufferBytes.call(value));
  if (types.isDataView(value)) return bytes('DataView', viewBytes.call(value));
  if (types.isDate(value)) return dateText(epochOf(value));
  if (types.isMap(value)) return `<Map of ${String(mapSize.call(value))}>`;
  if (types.isSet(value)) return `<Set of ${String(setSize.call(value))}>`;
  if (types.isRegExp(value)) return `/${cut(String(regExpSource.call(value)), MAX_NAME_LENGTH)}/`;
  if (types.isBoxedPrimitive(value) || types.isNativeError(value) || types.isPromise(value)) {
    return `<${classOf(value) ?? 'object'}>`;
  }
  return undefined;
}

function dateText(epoch: number): string {
  return Number.isNaN(epoch) ? 'Invalid Date' : isoTime(epoch);
}

function bytes(name: string, length: unknown): string {
  return `<${name} ${String(length)} bytes>`;
}

/** The name of the value's class; undefined for a plain object. */
function classOf(value: object): string | undefined {
  const prototype = getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype || types.isProxy(prototype)) return undefined;
  const made: unknown = getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const name = typeof made === 'function' && !types.isProxy(made) ? nameOf(made) : undefined;
  return name === 'Object' ? undefined : (name ?? 'object');
}

function nameOf(target: object): string | undefined {
  const name: unknown = getOwnPropertyDescriptor(target, 'name')?.value;
  return typeof name === 'string' && name !== '' ? cut(name, MAX_NAME_LENGTH) : undefined;
}
