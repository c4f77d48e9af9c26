import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FILES = ['package.json', 'package-lock.json'];
const CACHE = resolve(__dirname, '../../../.cache/dashboard');

/**
 * Installs Grafana's packages, once, into the project's cache: no one else needs them.
 *
 * @returns the folder that has their node_modules
 */
export async function installPackages(log: (line: string) => void): Promise<string> {
  const lock = await readFile(join(__dirname, 'package-lock.json'));
  const target = join(CACHE, createHash('sha256').update(lock).digest('hex').slice(0, 12));
  if (existsSync(target)) return target;
  log(`installing Grafana's packages into ${CACHE}, once`);
  const partial = `${target}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  for (const file of FILES) await cp(join(__dirname, file), join(partial, file));
  // Only Chromium runs them.
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: partial });
  await rename(partial, target).catch(() => rm(partial, { recursive: true }));
  return target;
}
