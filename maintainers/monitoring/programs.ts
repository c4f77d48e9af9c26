import { program } from 'commander';
import { PackagesUnavailable } from '../../test/support/debian/debian-packages';
import { monitoringPrograms } from '../../test/monitoring/support/programs';

program
  .name('programs')
  .description(
    'Prints the paths of prometheus, promtool, alertmanager and amtool. Downloads Debian packages if they are missing.',
  )
  .action(async () => {
    const places = await monitoringPrograms((line) => console.error(line));
    for (const [name, place] of Object.entries(places)) console.log(`${name.padEnd(13)}${place}`);
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof PackagesUnavailable ? error.message : error);
  process.exitCode = 1;
});
