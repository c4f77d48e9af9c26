import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The absolute path of the default templates, compiled into Debian's Alertmanager. */
const BUILT_IN = '/usr/share/prometheus/alertmanager';
/** Padded to the same number of bytes: extra slashes in a path have no effect. */
const RELOCATED = '/proc/self/fd/9'.padEnd(BUILT_IN.length, '/');

/**
 * Debian's Alertmanager reads its templates from an absolute path, which exists only if the package is installed. This
 * makes a copy of the program that reads them from file descriptor 9, and a script that opens it.
 *
 * @param root where the package is unpacked
 * @returns the path of the script
 */
export function relocateAlertmanager(root: string): string {
  const bin = join(root, 'usr/bin');
  const script = join(bin, 'alertmanager');
  if (existsSync(script)) return script;
  const program = readFileSync(join(bin, 'prometheus-alertmanager'));
  for (let at = program.indexOf(BUILT_IN); at >= 0; at = program.indexOf(BUILT_IN, at)) {
    program.write(RELOCATED, at, 'latin1');
  }
  writeExecutable(join(bin, 'alertmanager-relocated'), program);
  const lines = [
    '#!/bin/sh',
    'here=$(dirname "$0")',
    'exec 9<"$here/../share/prometheus/alertmanager"',
    'exec "$here/alertmanager-relocated" "$@"',
  ];
  writeExecutable(script, `${lines.join('\n')}\n`);
  return script;
}

/** Atomic, also if several processes write the same file. */
function writeExecutable(path: string, content: Buffer | string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o755 });
  renameSync(draft, path);
}
