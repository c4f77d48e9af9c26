import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Holds manifests against the schemas of Kubernetes and of the Prometheus operator, in a process of its own: their packages
 * are modules that Jest does not load.
 * @returns a line for each mistake; nothing when all are valid
 */
export function mistakesIn(...manifests: unknown[]): string {
  const input = JSON.stringify(manifests);
  return spawnSync(process.execPath, [join(__dirname, 'validate-manifests.mjs')], { input, encoding: 'utf8' }).stderr;
}
