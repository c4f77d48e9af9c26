import { parse } from 'yaml';

/** An Alertmanager configuration with one change that a good test detects. */
export interface RouteMutant {
  readonly change: string;
  readonly config: AlertmanagerConfig;
}

interface Route {
  receiver: string;
  matchers?: string[];
  group_by?: string[];
  continue?: boolean;
  group_wait?: string;
  group_interval?: string;
  repeat_interval?: string;
  routes?: Route[];
}

interface InhibitRule {
  source_matchers: string[];
  target_matchers: string[];
  equal: string[];
}

export interface AlertmanagerConfig {
  route: Route;
  inhibit_rules: InhibitRule[];
  receivers: Record<string, unknown>[];
}

const TIMES = ['group_wait', 'group_interval', 'repeat_interval'] as const;

/**
 * Mutants for every route, its matchers, groups, times and receiver, and for inhibition. Where the order of routes, or whether
 * they continue, changes nothing, there is none.
 */
export function routeMutantsOf(text: string): RouteMutant[] {
  const mutants: RouteMutant[] = [];
  /** @param make changes its copy of the configuration */
  const mutant = (change: string, make: (config: AlertmanagerConfig) => void) => {
    const config = parse(text) as AlertmanagerConfig;
    make(config);
    mutants.push({ change, config });
  };
  const original = parse(text) as AlertmanagerConfig;
  const receivers = original.receivers.map(({ name }) => name as string);
  const another = (receiver: string) => receivers[(receivers.indexOf(receiver) + 1) % receivers.length]!;

  const routes = [original.route, ...original.route.routes!];
  routes.forEach((route, index) => {
    const name = index === 0 ? 'default route' : `route ${index} (${route.matchers!.join(', ')})`;
    const of = (config: AlertmanagerConfig) => (index === 0 ? config.route : config.route.routes![index - 1]!);
    mutant(`${name}: another receiver`, (config) => (of(config).receiver = another(route.receiver)));
    for (const label of route.group_by ?? [])
      mutant(
        `${name}: not grouped by ${label}`,
        (config) => (of(config).group_by = route.group_by!.filter((one) => one !== label)),
      );
    for (const time of TIMES)
      if (route[time]) mutant(`${name}: ${time} doubled`, (config) => (of(config)[time] = doubled(route[time]!)));
    if (index === 0) return;
    mutant(`${name}: removed`, (config) => config.route.routes!.splice(index - 1, 1));
    if (route.continue) mutant(`${name}: does not continue`, (config) => (of(config).continue = false));
    const next = routes[index + 1];
    if (next && !next.continue && next.matchers!.join() === route.matchers!.join())
      mutant(`${name}: after the next`, ({ route: { routes: all } }) =>
        all!.splice(index - 1, 2, all![index]!, all![index - 1]!),
      );
    for (const [change, matchers] of changedMatchers(route.matchers!))
      mutant(`${name}: ${change}`, (config) => (of(config).matchers = matchers));
  });

  original.inhibit_rules.forEach((rule, index) => {
    const name = `inhibition ${index + 1}`;
    const of = (config: AlertmanagerConfig) => config.inhibit_rules[index]!;
    mutant(`${name}: removed`, (config) => config.inhibit_rules.splice(index, 1));
    for (const side of ['source_matchers', 'target_matchers'] as const) {
      for (const [change, matchers] of [...changedMatchers(rule[side]), ...withoutOne(rule[side])])
        mutant(`${name}: ${side} ${change}`, (config) => (of(config)[side] = matchers));
    }
    for (const label of rule.equal)
      mutant(
        `${name}: not equal in ${label}`,
        (config) => (of(config).equal = rule.equal.filter((one) => one !== label)),
      );
  });
  return mutants;
}

/** `10s` is `20s`, and `0s` is `10s`. */
const doubled = (duration: string) =>
  duration.replace(/\d+/, (amount) => String(amount === '0' ? 10 : 2 * Number(amount)));

type Changed = readonly [change: string, matchers: string[]];

const withoutOne = (matchers: readonly string[]): Changed[] =>
  matchers.map((matcher) => [`without ${matcher}`, matchers.filter((one) => one !== matcher)]);

/** Each matcher negated, and each without one of its alternatives. */
function changedMatchers(matchers: readonly string[]): Changed[] {
  return matchers.flatMap((matcher, index) => {
    const replaced = (text: string): Changed => [`${matcher} is ${text}`, matchers.with(index, text)];
    const [, label, operator, value] = /^(\w+) (=~?) "(.*)"$/.exec(matcher)!;
    const alternatives = value!.split('|');
    return [
      replaced(`${label} ${operator === '=' ? '!=' : '!~'} "${value}"`),
      ...(alternatives.length > 1
        ? alternatives.map((one) =>
            replaced(`${label} =~ "${alternatives.filter((other) => other !== one).join('|')}"`),
          )
        : []),
    ];
  });
}
