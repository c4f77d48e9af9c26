import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian's Alertmanager looks for its default templates, wherever it was unpacked. */
const BUILT_IN = '/usr/share/prometheus/alertmanager';
/** The same number of bytes; a path may have as many slashes as it likes. */
const RELOCATED = '/proc/self/fd/9'.padEnd(BUILT_IN.length, '/');

/**
 * Debian's Alertmanager knows its templates by an absolute path, which is there only when the package is installed. This
 * makes a copy that looks for them where descriptor 9 is, and a script that opens it.
 *
 * @param root where the package is unpacked
 * @returns the script
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

/** Whole or not at all, also when several processes do it. */
function writeExecutable(path: string, content: Buffer | string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o755 });
  renameSync(draft, path);
}
