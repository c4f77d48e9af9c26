import { readFileSync } from 'node:fs';
import { mutantsOf } from '../../maintainers/monitoring/mutants';
import { routeMutantsOf } from '../../maintainers/monitoring/route-mutants';
import { CONFIG } from '../monitoring/support/alertmanager';
import { alertsIn, isAlert, readRules } from '../monitoring/support/rules';

it('every alert has a mutant', () => {
  const rules = readRules();
  const mutated = new Set(mutantsOf(rules).flatMap(({ changed: [rule] }) => (isAlert(rule!) ? [rule.alert] : [])));
  expect([...mutated].sort()).toEqual(
    alertsIn(rules)
      .map(({ alert }) => alert)
      .sort(),
  );
});

it('every route, and the inhibition, has mutants of its matchers and of its times, groups or labels', () => {
  const changes = routeMutantsOf(readFileSync(CONFIG, 'utf8')).map(({ change }) => change);
  expect(new Set(changes).size).toBe(changes.length);
  for (const route of [1, 2, 3, 4, 5])
    expect(changes.filter((change) => change.startsWith(`route ${route} `)).length).toBeGreaterThanOrEqual(3);
  expect(changes).toEqual(
    expect.arrayContaining([
      'default route: not grouped by namespace',
      'default route: repeat_interval doubled',
      'route 2 (severity = "critical"): does not continue',
      'route 3 (severity =~ "critical|warning"): after the next',
      'route 2 (severity = "critical"): severity = "critical" is severity != "critical"',
      'route 3 (severity =~ "critical|warning"): severity =~ "critical|warning" is severity =~ "critical"',
      'inhibition 1: source_matchers without job =~ ".+"',
      'inhibition 1: not equal in cluster',
      'inhibition 1: removed',
    ]),
  );
});
