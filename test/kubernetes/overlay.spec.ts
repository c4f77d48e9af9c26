import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { SERVICE_NAME } from '../../src/infrastructure/config/service-name';
import { mistakesIn } from '../support/manifests';

const production = 'deployments/kubernetes/overlays/production';

/** Needs kubectl 1.27 or later, whose kustomize supports components. Debian's is older, so `npm test` cannot provide it. */
function build(path: string): any[] {
  const { stdout, stderr, error } = spawnSync('kubectl', ['kustomize', resolve(path)], { encoding: 'utf8' });
  if (error) throw new Error('kubectl 1.27 or later must be on the PATH.', { cause: error });
  expect(stderr).toBe('');
  return parseAllDocuments(stdout).map((document) => document.toJSON());
}

describe('the built production overlay', () => {
  it('is valid, in its namespace, and refers to existing objects', () => {
    const built = build(production);
    expect(mistakesIn(...built)).toBe('');
    const elsewhere = built.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== SERVICE_NAME);
    expect(elsewhere).toEqual([]);
    const [pod] = built.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.template.spec);
    expect(pod.containers[0].image).toMatch(/^registry\.example\.com\/.+:\d+\.\d+\.\d+$/);
    const maps = built.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
    expect(maps).toContain(pod.containers[0].envFrom[0].configMapRef.name);
  });

  it('migrates with the image and the settings of the service', () => {
    const [before] = build(join(production, 'migration')).filter(({ kind }) => kind === 'Job');
    const [after] = build(production).filter(({ kind }) => kind === 'Deployment');
    const [one] = before.spec.template.spec.containers;
    const [other] = after.spec.template.spec.containers;
    expect([one.image, one.envFrom, one.env]).toEqual([other.image, other.envFrom, other.env]);
    expect(mistakesIn(before)).toBe('');
  });
});
