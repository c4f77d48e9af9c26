import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { captureCallSites, printedFrame } from './call-sites';
import { loadedPosition, readPosition, type Position } from './source-maps';

type Called = (...args: never[]) => unknown;

/** Lines of code that are remembered: mapping one costs much more than capturing it. */
const MAX_REMEMBERED = 1000;
const MAX_LENGTH = 200;

const PACKAGE = /(?:^|[\\/])node_modules[\\/]/;
const BUNDLER_URL = /^webpack(?:-internal)?:\/{2}[^/]*\/(?:\([^)]*\)\/)?(?:\.\/)?([^?]*)/;
const PRINTED = /^\s*at (?:async )?(?:.*? \()?(.+):(\d+):(\d+)\)?$/;
/** The methods of TypeORM's `SubjectExecutor` that send what one `save()` or `remove()` changes. */
const SAVING = /execute(?:Insert|Update|Remove|SoftRemove|Recover)Operations$/;
const OWN_FILE = /([\\/])scopes[\\/]callers[\\/]caller\.[cm]?[jt]s$/;

/** By `file:line:column` of what runs; null for code of a package that was bundled together with the application. */
const remembered = new Map<string, string | null>();

interface Library {
  /** Its folder, with a separator at the end; undefined if it is part of a bundle. */
  readonly folder: string | undefined;
  /** This file, or the bundle. */
  readonly file: string | undefined;
}

let library: Library | undefined;

/**
 * The line of the application that has called a function, directly or through packages: the first frame outside
 * `node_modules`, Node and this library, such as `src/orders.service.ts:42:13`. Never throws.
 *
 * @param below a function on the stack; the search begins above it
 * @returns undefined if no line is found, as after most uses of a callback
 */
export function callerOf(below: Called): string | undefined {
  return callOf(below).caller;
}

/** The caller, and whether it has called TypeORM's `save()` or `remove()`. */
export interface Call {
  readonly caller: string | undefined;
  readonly inSave: boolean;
}

/** Like {@link callerOf}. */
export function callOf(below: Called): Call {
  let inSave = false;
  try {
    const sites = captureCallSites(below) ?? [];
    library ??= findLibrary();
    for (let index = 0; index < sites.length; index++) {
      const site = sites[index]!;
      inSave ||= SAVING.test(site.getFunctionName() ?? '');
      const raw = positionOf(site, library);
      const caller = raw && lineOf(raw, () => printedPosition(below, index, raw), library);
      if (caller !== undefined) return { caller, inSave };
    }
  } catch {
    // A frame of another library's making.
  }
  return { caller: undefined, inSave };
}

/** Undefined for Node, packages and this library. */
function positionOf(site: NodeJS.CallSite, { folder }: Library): Position | undefined {
  const source = fileOf(site.getFileName());
  if (source === undefined || (folder !== undefined && source.startsWith(folder))) return undefined;
  return { source, line: site.getLineNumber() ?? 0, column: site.getColumnNumber() ?? 0 };
}

/** Undefined if it is a package that was bundled together with the application. */
function lineOf(raw: Position, printed: () => Position | undefined, { file: bundle }: Library): string | undefined {
  const { source: file, line, column } = raw;
  const key = `${file}:${line}:${column}`;
  const known = remembered.get(key);
  if (known !== undefined) return known ?? undefined;
  const position = loadedPosition(file, line, column) ?? printed() ?? readPosition(file, line, column);
  // In a bundle without a map, the application cannot be distinguished from its packages.
  const unreadable = position === undefined && file === bundle;
  const source = fileOf(position?.source ?? file);
  const caller = unreadable || source === undefined ? null : shown({ ...(position ?? raw), source });
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, caller);
  return caller ?? undefined;
}

/** A path, or undefined for Node itself, packages, and what has no file. */
function fileOf(name: string | null | undefined): string | undefined {
  if (name === null || name === undefined || PACKAGE.test(name)) return undefined;
  const file = name.startsWith('file:') ? fileURLToPath(name) : name;
  if (file.startsWith('[')) return file; // `node --eval`
  if (file.startsWith('node:') || file.startsWith('data:') || file.startsWith('wasm:')) return undefined;
  return /[\\/]/.test(file) ? file : undefined;
}

/** Undefined if the process prints the same position as V8. */
function printedPosition(below: Called, index: number, raw: Position): Position | undefined {
  const [, name, line, column] = PRINTED.exec(printedFrame(below, index) ?? '') ?? [];
  if (name === undefined) return undefined;
  const source = name.startsWith('file:') ? fileURLToPath(name) : name;
  const position = { source, line: Number(line), column: Number(column) };
  const isMapped = source !== raw.source || position.line !== raw.line || position.column !== raw.column;
  return isMapped ? position : undefined;
}

function shown({ source, line, column }: Position): string {
  const path = BUNDLER_URL.exec(source)?.[1] ?? relative(process.cwd(), source);
  const text = `${sep === '\\' ? path.replaceAll(sep, '/') : path}:${line}:${column}`;
  return text.length > MAX_LENGTH ? `…${text.slice(1 - MAX_LENGTH)}` : text;
}

function findLibrary(): Library {
  const file = fileOf(captureCallSites(captureCallSites)?.[0]?.getFileName());
  const folder = file === undefined ? undefined : OWN_FILE.exec(file);
  return { file, folder: folder ? file!.slice(0, folder.index) + folder[1]! : undefined };
}
