import { Command } from 'commander';
import { PackagesUnavailableError } from '../../test/support/debian/debian-packages';
import { run } from '../../tools/command-line';
import { monitoringPrograms } from '../../test/monitoring/support/programs';

void run(
  new Command('programs')
    .description(
      'Prints the paths of prometheus, promtool, alertmanager and amtool. Downloads Debian packages if they are missing.',
    )
    .action(async () => {
      const places = await monitoringPrograms((line) => console.error(line));
      for (const [name, place] of Object.entries(places)) console.log(`${name.padEnd(13)}${place}`);
    }),
  PackagesUnavailableError,
);
