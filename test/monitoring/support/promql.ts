/** A metric in an expression, with the labels that the expression uses. */
export interface MetricUse {
  readonly metric: string;
  readonly labels: readonly string[];
}

const KEYWORDS = new Set(
  'by without on ignoring group_left group_right and or unless offset bool inf nan atan2 start end'.split(' '),
);

/** Every metric of an expression. The labels of `by (…)` and similar clauses count for all its metrics. */
export function metricsIn(expr: string): MetricUse[] {
  const withoutStrings = expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(/\[[^\]]*\]|offset \w+/g, '');
  const grouping = new Set<string>();
  const bare = withoutStrings.replaceAll(
    /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g,
    (_, labels: string) => {
      for (const label of labels.split(',').map((one) => one.trim())) if (label) grouping.add(label);
      return ' ';
    },
  );
  const uses: MetricUse[] = [];
  const name = /([a-zA-Z_:][\w:]*)\s*(\(|\{([^}]*)\})?/g;
  for (const [, metric, after, matchers] of bare.matchAll(name)) {
    if (after === '(' || KEYWORDS.has(metric!.toLowerCase())) continue;
    const own = [...(matchers ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
    uses.push({ metric: metric!, labels: [...own, ...grouping] });
  }
  return uses;
}

/** Replaces Grafana's variables, so that Prometheus can evaluate the expression. */
export function fillVariables(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '5s')
    .replaceAll('$__range', '30s')
    .replaceAll(/\$(?:cluster|namespace)/g, '.*')
    .replaceAll(/\$(?:job|instance|query_type|server)/g, '.+');
}
