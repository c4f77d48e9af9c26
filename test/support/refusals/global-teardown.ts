import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import tearDown from '../global-teardown';
import { missingRefusals, type Seen } from './refusals';
import { SEEN_REFUSALS } from './seen';

/**
 * Every kind of refusal is met by a test: fails a run of all end-to-end tests in which no response had it. A part of the
 * tests says nothing about it.
 */
export default async function checkRefusals({ testNamePattern }: { testNamePattern?: string }): Promise<void> {
  await tearDown();
  const folder = process.env[SEEN_REFUSALS]!;
  const seen = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Seen);
  rmSync(folder, { recursive: true });
  if (testNamePattern) return;
  const names = readdirSync(resolve(__dirname, '../../e2e'), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.spec.ts'));
  const missing = missingRefusals(files, seen);
  if (missing.length > 0)
    throw new Error(`No test gets these refusals over HTTP. Write one for each:\n  ${missing.join('\n  ')}`);
}
