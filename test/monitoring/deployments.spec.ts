import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { MONITORING, ROOT } from '../../tools/monitoring/paths';
import { mistakesIn } from '../support/manifests';

const KUBERNETES = join(ROOT, 'deployments/kubernetes/monitoring');
const manifest = (name: string) => parse(readFileSync(join(KUBERNETES, name), 'utf8'));

describe('the Kubernetes manifests of the monitoring', () => {
  it('are valid against the schemas of the Prometheus operator', () => {
    const names = ['prometheus-rule', 'service-monitor', 'readiness-probe'];
    expect(mistakesIn(...names.map((name) => manifest(`${name}.yaml`)))).toBe('');
  });

  it('would be invalid with a field of the wrong type', () => {
    const rule = manifest('prometheus-rule.yaml');
    rule.spec.groups[0].rules[0].expr = { not: 'an expression' };
    expect(mistakesIn(rule)).toMatch(/expr/);
  });

  it('contain the committed rules and the committed dashboard', () => {
    const { spec } = manifest('prometheus-rule.yaml');
    expect(spec).toEqual(parse(readFileSync(join(MONITORING, 'prometheus-alerts-database.yml'), 'utf8')));
    const name = 'grafana-dashboard-database-queries.json';
    expect(manifest('dashboard.yaml').data[name]).toBe(readFileSync(join(MONITORING, name), 'utf8'));
  });

  it('are all listed in the kustomization', () => {
    const files = readdirSync(KUBERNETES).filter((name) => name !== 'kustomization.yaml');
    expect(manifest('kustomization.yaml').resources.sort()).toEqual(files.sort());
  });
});

it('every YAML file under deployments is one document without errors', () => {
  const files = readdirSync(join(ROOT, 'deployments'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.ya?ml$/.test(name),
  );
  expect(files.length).toBeGreaterThan(8);
  for (const name of files) {
    const documents = parseAllDocuments(readFileSync(join(ROOT, 'deployments', name), 'utf8'));
    expect([name, documents.length]).toEqual([name, 1]);
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  }
});
