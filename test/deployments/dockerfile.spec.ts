import { readFileSync } from 'node:fs';
import { execForm, lastOf, parseDockerfile, parseDockerignore, type Stage } from '../support/dockerfile';

const text = readFileSync('deployments/docker/Dockerfile', 'utf8');

/** The mistakes in a Dockerfile; hadolint knows more, but is in no package registry. */
function mistakesIn(dockerfile: string): string[] {
  const stages = parseDockerfile(dockerfile);
  const final = stages.at(-1)!;
  const isStage = (name: string) => stages.some((stage) => stage.name === name);
  const every = (name: string) => stages.flatMap((stage) => stage.instructions.filter((one) => one.name === name));
  const mistakes: string[] = [];
  for (const { from } of stages) {
    if (!isStage(from) && !/:\d+\.\d+\.\d+-[\w-]+(@sha256:\w{64})?$/.test(from)) mistakes.push(`${from} is not pinned`);
  }
  for (const { value, flags } of every('COPY')) {
    const from = flags.find((flag) => flag.startsWith('--from='));
    if (from && !isStage(from.slice('--from='.length))) mistakes.push(`${from} is not a stage`);
    if (/^\.\s|\*/.test(value)) mistakes.push(`COPY ${value} copies too much`);
  }
  for (const { value } of every('RUN')) {
    if (/npm (i|install)\b/.test(value)) mistakes.push(`${value}: ignores the lock file`);
    if (/curl|wget|sudo/.test(value)) mistakes.push(`${value}: downloads unverified files`);
  }
  if (every('ENV').some(({ value }) => /password|secret|token|:\/\//i.test(value)))
    mistakes.push('a secret is built in');
  if (!/^[1-9]\d*:[1-9]\d*$/.test(lastOf(final, 'USER')?.value ?? '')) mistakes.push('it runs as root, or by name');
  if (!isExecForm(final, 'CMD')) mistakes.push('CMD goes through a shell');
  if (!isExecForm(final, 'HEALTHCHECK')) mistakes.push('HEALTHCHECK is missing or goes through a shell');
  return mistakes;
}

function isExecForm(stage: Stage, name: string): boolean {
  try {
    return execForm(lastOf(stage, name)!.value.replace(/^CMD\s+/, '')).length > 0;
  } catch {
    return false;
  }
}

describe('the Dockerfile', () => {
  it('has no known mistakes', () => {
    expect(mistakesIn(text)).toEqual([]);
  });

  it.each([
    ['a base that is not pinned', /NODE_IMAGE=.*/, 'NODE_IMAGE=node:24', 'is not pinned'],
    ['root', /USER .*/, 'USER 0:0', 'root'],
    ['a user by name', /USER .*/, 'USER node', 'by name'],
    ['a shell before the service', /CMD \["node", "--enable.*/, 'CMD node dist/main.js', 'CMD goes through a shell'],
    ['no health check', /HEALTHCHECK.*/, '', 'HEALTHCHECK'],
    ['the whole checkout', 'COPY src ./src', 'COPY . .', 'copies too much'],
    ['packages without the lock', 'npm ci --omit=dev', 'npm install --omit=dev', 'lock file'],
    ['an unknown stage', '--from=build', '--from=built', 'is not a stage'],
    ['a secret', 'ENV NODE_ENV', 'ENV DATABASE_PASSWORD=hush NODE_ENV', 'secret'],
  ])('would have one with %s', (_, from, to, mistake) => {
    expect(mistakesIn(text.replace(from, to))).toContainEqual(expect.stringContaining(mistake));
  });

  it('installs the production dependencies of the lock file, without the development database', () => {
    const [ship] = parseDockerfile(text).filter(({ name }) => name === 'production-dependencies');
    expect(lastOf(ship!, 'RUN')?.value).toMatch(/^npm ci --omit=dev --omit=optional /);
  });

  it('copies only what is sent to the engine, which is what it copies', () => {
    const ignore = readFileSync('.dockerignore', 'utf8');
    const copied = parseDockerfile(text)
      .flatMap(({ instructions }) => instructions)
      .filter(({ name, flags }) => name === 'COPY' && flags.length === 0)
      .flatMap(({ value }) => value.split(/\s+/).slice(0, -1));
    expect(copied.filter((path) => !parseDockerignore(ignore)(path))).toEqual([]);
    const sent = ignore
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(sent.sort()).toEqual([...new Set(copied)].sort());
  });
});
