import { mutantsOf } from '../../maintainers/monitoring/mutants';
import { alertsIn, isAlert, readRules } from '../monitoring/support/rules';

it('every alert has a mutant', () => {
  const rules = readRules();
  const mutated = new Set(mutantsOf(rules).flatMap(({ rule }) => (isAlert(rule) ? [rule.alert] : [])));
  expect([...mutated].sort()).toEqual(
    alertsIn(rules)
      .map(({ alert }) => alert)
      .sort(),
  );
});
