import type * as V8Settings from './v8-settings';
// Before everything else is loaded: V8 flags apply to the code that is compiled after them.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it in any case
const v8Settings = process.env.V8_TUNING === 'true' ? (require('./v8-settings') as typeof V8Settings) : undefined;
import 'reflect-metadata';
import { readConfiguration } from './infrastructure/config/configuration';
import { misspelledVariables } from './infrastructure/config/misspelled-variables';
import { createLogger } from './infrastructure/observability/logger';
import { run } from './run';

const configuration = readConfiguration(process.env, process.stdout.isTTY);
const misspelled = misspelledVariables(process.env);
if (configuration.isErr()) {
  console.error(['The configuration is not valid:', ...configuration.error.mistakes, ...misspelled].join('\n  '));
  process.exit(1);
}
const logger = createLogger(configuration.value.logging);
for (const line of misspelled) logger.warn(line);
void run(configuration.value, logger).then(() => v8Settings?.settleHeap());
