import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { environmentOf, execForm, lastOf, parseDockerfile } from '../../test/support/dockerfile';

export interface ImageSettings {
  readonly environment: Readonly<Record<string, string>>;
  /** The arguments between `node` and the script. */
  readonly nodeArguments: readonly string[];
}

/** How the service's image runs it: the ENV and the CMD of the Dockerfile's last stage. */
export function imageSettings(): ImageSettings {
  const text = readFileSync(resolve(__dirname, '../../deployments/docker/Dockerfile'), 'utf8');
  const stage = parseDockerfile(text).at(-1);
  const command = stage && lastOf(stage, 'CMD');
  if (!command) throw new Error('The Dockerfile has no CMD.');
  return { environment: environmentOf(stage), nodeArguments: execForm(command.value).slice(1, -1) };
}
