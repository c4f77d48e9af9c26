import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feature, Seen } from './refusals';

/** Set for a run of the end-to-end tests: the folder in which each test file writes what it has seen. */
export const SEEN_REFUSALS = 'SEEN_REFUSALS';

const refusals = new Map<string, Set<string>>();
let features: readonly Feature[] | undefined;

/** @param controller the name of its class */
export function noteRefusal(controller: string, code: string): void {
  if (!refusals.has(controller)) refusals.set(controller, new Set());
  refusals.get(controller)!.add(code);
}

/** What all test files together must see. */
export function requireRefusals(required: readonly Feature[]): void {
  features = required;
}

/** Writes what this test file has seen. */
export function writeSeen(file: string): void {
  const folder = process.env[SEEN_REFUSALS];
  if (!folder) return;
  const seen: Seen = {
    file,
    refusals: Object.fromEntries([...refusals].map(([controller, codes]) => [controller, [...codes]])),
    features,
  };
  writeFileSync(join(folder, `${file.replaceAll(/[^\w.-]/g, '_')}.json`), JSON.stringify(seen));
}
