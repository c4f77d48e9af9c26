import { existsSync, readFileSync } from 'node:fs';
import { major, minVersion, valid } from 'semver';
import { parse } from 'yaml';
import { nodeOfTheImage } from '../../maintainers/image/node-of-the-image';
import { declareAnotherNode } from '../../maintainers/node-versions/newer-engines';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

/** Dependencies that require a newer Node than ours, each with the test that shows that it works with ours. */
const shownBy: Readonly<Record<string, string>> = {
  '@angular-devkit/core': 'test/process/migrating.spec.ts',
  '@angular-devkit/schematics': 'test/process/migrating.spec.ts',
  '@angular-devkit/schematics-cli': 'test/process/migrating.spec.ts',
  '@kubernetes-models/apimachinery': 'test/deployments/kubernetes.spec.ts',
  '@kubernetes-models/base': 'test/deployments/kubernetes.spec.ts',
  '@kubernetes-models/validate': 'test/deployments/kubernetes.spec.ts',
  // The Nest CLI, and what it brings: the process suite builds with it.
  '@nestjs/schematics': 'test/process/migrating.spec.ts',
  commander: 'test/process/migrating.spec.ts',
  // Of @fastify/static, which serves the page of the API.
  'content-disposition': 'test/process/migrating.spec.ts',
  // Of Nest's adapter for Fastify: every request.
  cookie: 'test/process/migrating.spec.ts',
  // Of @nestjs/common, loaded by a validator for uploads only, of which there are none.
  'file-type': 'test/process/migrating.spec.ts',
  'kubernetes-models': 'test/deployments/kubernetes.spec.ts',
};

it('a dependency that requires a newer Node than ours is listed, with a test that shows that it works', () => {
  const found = declareAnotherNode(lock, minVersion(manifest.engines.node)!.version);
  expect(found.filter((name) => !(name in shownBy))).toEqual([]);
  expect(Object.values(shownBy).filter((test) => !existsSync(test))).toEqual([]);
});

it('the engines of a dependency are read as npm reads them', () => {
  const engines = (node: string) => ({ engines: { node } });
  const packages = {
    '': engines('>=99'),
    'node_modules/new': engines('^22.1.0 || >=24'),
    'node_modules/a/node_modules/@new/nested': engines('>=22'),
    'node_modules/old': engines('>= 0.8'),
    'node_modules/silent': {},
    'node_modules/listed': { engines: ['node >= 0.4'] },
  };
  expect(declareAnotherNode({ packages }, '20.19.0')).toEqual(['@new/nested', 'new']);
  expect(declareAnotherNode({ packages }, '24.0.0')).toEqual([]);
});

it('continuous integration runs on the oldest supported Node and on the later ones', () => {
  expect(nodesOfContinuousIntegration()).toEqual([20, 22, 24, 26]);
  expect(minVersion(manifest.engines.node)!.major).toBe(20);
});

it('the image pins the exact version of Node, and continuous integration tests that major version', () => {
  expect(valid(nodeOfTheImage())).toBe(nodeOfTheImage());
  expect(nodesOfContinuousIntegration()).toContain(major(nodeOfTheImage()));
});

function nodesOfContinuousIntegration(): number[] {
  return parse(readFileSync('.github/workflows/ci.yml', 'utf8')).jobs.test.strategy.matrix.node;
}
