import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Validates manifests against the schemas of Kubernetes and of the Prometheus operator, in a separate process: Jest
 * cannot load the packages with the schemas, which are ES modules.
 * @returns one line per mistake; an empty string when all are valid
 */
export function mistakesIn(...manifests: unknown[]): string {
  const input = JSON.stringify(manifests);
  return spawnSync(process.execPath, [join(__dirname, 'validate-manifests.mjs')], { input, encoding: 'utf8' }).stderr;
}
