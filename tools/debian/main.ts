import { program } from 'commander';
import { PackagesUnavailable, unpackDebianPackages } from './debian-packages';

program
  .name('debian')
  .description(
    "Unpacks Debian packages into the project's cache, without root, and prints the folder that stands for /.",
  )
  .argument('<packages...>', 'names as apt knows them')
  .option('--with-libraries', 'also what they depend on and the machine does not have')
  .action(async (packages: string[], { withLibraries }: { withLibraries?: boolean }) => {
    const log = (line: string) => console.error(line);
    console.log(await unpackDebianPackages(packages, { withLibraries, log }));
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof PackagesUnavailable ? error.message : error);
  process.exitCode = 1;
});
