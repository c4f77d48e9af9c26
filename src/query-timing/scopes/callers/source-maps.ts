import { fromJson } from '../../globals';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Counted from 1, as in a stack. */
export interface Position {
  /** A path, or the URL of a bundler. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** Maps that are kept in memory. */
const MAX_MAPS = 50;
/** Parsing a map of this size blocks the process for some 20 ms, once. For a larger one, use `--enable-source-maps`. */
const MAX_BYTES = 2_000_000;
/** Where a build tool writes the name of the map. */
const TAIL = 2048;
const REFERENCE = /\/\/[#@]\s*sourceMappingURL=(\S+)\s*$/;
const INLINE = /^data:application\/json[^,]*;base64,/;

interface ReadMap {
  readonly map: nodeModule.SourceMap;
  /** Sources are relative to it. */
  readonly folder: string;
  readonly root: string;
}

const maps = new Map<string, ReadMap | undefined>();

/** The position in the source by a map that Node has loaded, as it does with `--enable-source-maps` or under tsx. */
export function loadedPosition(file: string, line: number, column: number): Position | undefined {
  // Other runtimes may not have it.
  const map = (nodeModule as Partial<typeof nodeModule>).findSourceMap?.(file);
  return map && entryOf(map, line, column);
}

/** The position in the source by the map that lies beside the file, or in it. */
export function readPosition(file: string, line: number, column: number): Position | undefined {
  if (!maps.has(file)) {
    if (maps.size >= MAX_MAPS) maps.clear();
    maps.set(file, readMap(file));
  }
  const read = maps.get(file);
  const position = read && entryOf(read.map, line, column);
  if (position === undefined || /^[a-z][\w+.-]+:/i.test(position.source)) return position;
  return { ...position, source: resolve(read!.folder, read!.root, position.source) };
}

function entryOf(map: nodeModule.SourceMap, line: number, column: number): Position | undefined {
  const entry = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in entry) || typeof entry.originalSource !== 'string') return undefined;
  return { source: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

/** Undefined if the file has no map, or one that cannot be used. */
function readMap(file: string): ReadMap | undefined {
  try {
    const reference = REFERENCE.exec(readEnd(file))?.[1] ?? inlineReference(file);
    if (reference === undefined) return undefined;
    const inline = INLINE.exec(reference);
    const path = inline ? file : mapPath(file, reference);
    const json = inline ? Buffer.from(reference.slice(inline[0].length), 'base64').toString() : readSmall(path);
    if (json === undefined) return undefined;
    const payload = fromJson(json) as nodeModule.SourceMapPayload;
    const root = typeof payload.sourceRoot === 'string' ? payload.sourceRoot : '';
    // Node would put the root in front of some sources and not of others.
    const map = new nodeModule.SourceMap({ ...payload, sourceRoot: '' });
    return { map, folder: dirname(path), root: root.startsWith('file:') ? fileURLToPath(root) : root };
  } catch {
    return undefined;
  }
}

function mapPath(file: string, reference: string): string {
  if (reference.startsWith('file:')) return fileURLToPath(reference);
  const path = decodeURIComponent(reference);
  return isAbsolute(path) ? path : resolve(dirname(file), path);
}

/** A map in the file itself is longer than its end that has been read. */
function inlineReference(file: string): string | undefined {
  const text = readSmall(file);
  const start = text?.lastIndexOf('sourceMappingURL=data:') ?? -1;
  return start < 0 ? undefined : text!.slice(start + 'sourceMappingURL='.length).trim();
}

function readEnd(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, TAIL));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString();
  } finally {
    closeSync(descriptor);
  }
}

function readSmall(path: string): string | undefined {
  const descriptor = openSync(path, 'r');
  try {
    return fstatSync(descriptor).size > MAX_BYTES ? undefined : readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
