import { Command } from 'commander';
import { run } from '../../tools/command-line';
import { session } from '../../tools/session';
import { demonstrateFaults } from './demonstrate-faults';

void run(
  new Command('demo:faults')
    .description(
      'Makes queries of the service slow, fail, time out, stream and wait for a connection, and shows how the metrics count ' +
        'each. Exits with 1 when a count is not the expected one.',
    )
    .action(() => session(demonstrateFaults)),
);
