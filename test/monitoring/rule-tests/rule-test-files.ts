import { basename, join } from 'node:path';
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { MONITORING, RULES } from '../../../tools/monitoring/paths';
import { ruleTest } from './scenario';
import { scenarioFiles } from './scenarios';

const HEADER = `# Made by npm run regenerate from test/monitoring/rule-tests. Run it with promtool test rules.
# A job is a case, named after what happens to it; scenario.ts says what each stands for.
`;

/** What has no job, and so none of the cases. */
const others: Readonly<Record<string, object[]>> = {
  'prometheus-alerts-database-tests.yml': [
    {
      name: 'DatabaseMetricsNotReporting, nobody ever did',
      interval: '1m',
      alert_rule_test: [
        { eval_time: '4m', alertname: 'DatabaseMetricsNotReporting', exp_alerts: [] },
        {
          eval_time: '5m',
          alertname: 'DatabaseMetricsNotReporting',
          exp_alerts: [
            {
              exp_labels: { severity: 'critical' },
              exp_annotations: {
                summary: 'No job reports database metrics',
                description:
                  'No job has reported database metrics for an hour. The service is down, or Prometheus cannot reach it.',
                runbook_url:
                  'https://runbooks.example.com/docs/runbooks/DatabaseMetricsNotReporting.md#databasemetricsnotreporting',
                dashboard_url: 'https://grafana.example.com/d/database-query-performance?var-namespace=&var-job=',
              },
            },
          ],
        },
      ],
    },
    {
      name: 'Watchdog',
      interval: '1m',
      alert_rule_test: [
        {
          eval_time: '0m',
          alertname: 'Watchdog',
          exp_alerts: [
            {
              exp_labels: { severity: 'none' },
              exp_annotations: {
                summary: 'Alerts can reach you',
                description: 'This alert always fires. If it stops arriving, no other alert arrives either.',
                runbook_url: 'https://runbooks.example.com/docs/runbooks/Watchdog.md#watchdog',
                dashboard_url: 'https://grafana.example.com/d/database-query-performance',
              },
            },
          ],
        },
      ],
    },
  ],
};

/** promtool's rule tests as they are committed. */
export function ruleTestFiles(): { path: string; content: string }[] {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { name: string }[] };
  const groupsInOrder = groups.map(({ name }) => name);
  return scenarioFiles.map(({ file, evaluationMinutes, scenarios }) => {
    const tests = [
      ...scenarios.map((scenario) => ruleTest({ evaluationMinutes, ...scenario })),
      ...(others[file] ?? []),
    ];
    const document = {
      rule_files: [basename(RULES)],
      evaluation_interval: `${evaluationMinutes}m`,
      group_eval_order: groupsInOrder,
      tests,
    };
    const options = { lineWidth: 0, aliasDuplicateObjects: false, singleQuote: true } as const;
    return { path: join(MONITORING, file), content: HEADER + stringify(document, options) };
  });
}
