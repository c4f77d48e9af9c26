import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDockerfile } from '../../test/support/dockerfile';

/** The version of Node that the service runs on in production, such as 26.12.1. @throws when its image names none */
export function nodeOfTheImage(): string {
  const stages = parseDockerfile(readFileSync(resolve(__dirname, '../../deployments/docker/Dockerfile'), 'utf8'));
  const version = stages.map(({ from }) => /^node:(\d+\.\d+\.\d+)/.exec(from)?.[1]).find(Boolean);
  if (!version) throw new Error('The Dockerfile names no version of Node, such as node:26.12.1-trixie-slim.');
  return version;
}
