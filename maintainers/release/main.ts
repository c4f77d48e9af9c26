import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { CommandError, run } from '../../tools/command-line';
import { withRelease } from './changelog';
import { gitCliff } from './git-cliff';

const ASSETS = '.cache/release';
const MANIFESTS = ['package.json', 'src/query-timing/package.json'];

function output(command: string, ...options: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, options, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new CommandError(`${command} ${options.join(' ')} failed.\n${stderr}`);
  return stdout.trim();
}

function editJson(file: string, edit: (content: any) => void): void {
  const content = JSON.parse(readFileSync(file, 'utf8')) as unknown;
  edit(content);
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

function setVersion(version: string): void {
  for (const file of MANIFESTS) editJson(file, (manifest) => (manifest.version = version));
  editJson('package-lock.json', (lock) => {
    lock.version = version;
    for (const file of MANIFESTS) lock.packages[file.replace(/\/?package\.json$/, '')].version = version;
  });
}

/** What is attached to a release: the library's tarball, and the list of what the service is made of. */
function makeAssets(): string[] {
  rmSync(ASSETS, { recursive: true, force: true });
  mkdirSync(ASSETS, { recursive: true });
  const sbom = join(ASSETS, 'sbom.cyclonedx.json');
  // From the lock file: more is installed here.
  writeFileSync(
    sbom,
    output('npm', 'sbom', '--package-lock-only', '--omit=dev', '--omit=optional', '--sbom-format=cyclonedx'),
  );
  const tarball = output('npm', 'pack', '--silent', '--workspace', 'nestjs-query-timing', '--pack-destination', ASSETS);
  return [join(ASSETS, tarball), sbom];
}

void run(
  new Command('release')
    .description(
      'Makes a release from the commits since the last one: version, changelog, commit and tag. Pushes nothing.',
    )
    .option('--dry-run', 'print the version and the changelog, and make the assets; change nothing else')
    .option('--assets', `only make what is attached to a release, into ${ASSETS}`)
    .action(({ dryRun, assets }: { dryRun?: boolean; assets?: boolean }) => {
      if (assets) return console.log(makeAssets().join('\n'));
      if (!dryRun && output('git', 'status', '--porcelain'))
        throw new CommandError('The work tree has uncommitted changes.');
      const tag = gitCliff(['--bumped-version']);
      if (output('git', 'tag', '--list', tag))
        throw new CommandError(`${tag} already exists: nothing new was committed.`);
      const section = gitCliff(['--unreleased', '--tag', tag, '--strip', 'all']);
      if (dryRun) return console.log([tag, '', section, '', ...makeAssets()].join('\n'));

      setVersion(tag.slice(1));
      const date = new Date().toISOString().slice(0, 10);
      writeFileSync('CHANGELOG.md', withRelease(readFileSync('CHANGELOG.md', 'utf8'), tag.slice(1), date, section));
      output('npx', 'prettier', '--write', 'CHANGELOG.md', ...MANIFESTS);
      output(
        'git',
        'commit',
        '--quiet',
        '--message',
        `chore: release ${tag}`,
        '--',
        'CHANGELOG.md',
        'package-lock.json',
        ...MANIFESTS,
      );
      output('git', 'tag', '--annotate', tag, '--message', tag);
      console.log(`${tag} is committed and tagged. Publish it with: git push --follow-tags`);
    }),
);
