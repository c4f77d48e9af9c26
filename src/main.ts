// First of all: what they do is for what is loaded after them.
import './compiler';
import { settleHeap } from './heap';
import 'reflect-metadata';
import { readConfiguration } from './infrastructure/config/configuration';
import { createLogger } from './infrastructure/observability/logger';
import { run } from './run';

const configuration = readConfiguration(process.env, process.stdout.isTTY);
if (configuration.isErr()) {
  console.error(['The configuration is not valid:', ...configuration.error.mistakes].join('\n  '));
  process.exit(1);
}
void run(configuration.value, createLogger(configuration.value.logging)).then(settleHeap);
