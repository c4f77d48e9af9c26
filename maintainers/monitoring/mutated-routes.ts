import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CONFIG } from '../../test/monitoring/support/alertmanager';
import { projectRoot } from '../../tools/service-process/build';
import { routeMutantsOf, type RouteMutant } from './route-mutants';

const JEST = join(projectRoot, 'node_modules/jest/bin/jest.js');
const ARGUMENTS = [
  ...['--selectProjects', 'monitoring', '--testPathPatterns', 'monitoring/(?:on-call|alertmanager)'],
  ...['--bail', '--maxWorkers=1', '--silent'],
];

export const routeMutants = (): RouteMutant[] => routeMutantsOf(readFileSync(CONFIG, 'utf8'));

/** Whether the tests of the routes, with real Alertmanagers, pass with this configuration. */
export async function routesSurvive({ config }: RouteMutant): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'monitoring-routes-'));
  try {
    const path = join(directory, 'alertmanager-config.yml');
    writeFileSync(path, stringify(config));
    const env = { ...process.env, ALERTMANAGER_CONFIG: path };
    return await new Promise<boolean>((resolve) =>
      execFile(process.execPath, [JEST, ...ARGUMENTS], { cwd: projectRoot, env, maxBuffer: 1e8 }, (error) =>
        resolve(error === null),
      ),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
