import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from 'commander';
import { withRelease } from './changelog';
import { gitCliff } from './git-cliff';

const ASSETS = '.cache/release';
const MANIFESTS = ['package.json', 'src/query-timing/package.json'];

function run(command: string, ...options: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, options, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${command} ${options.join(' ')} failed.\n${stderr}`);
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
  // Of the lock file: what is installed here is more than that.
  writeFileSync(sbom, run('npm', 'sbom', '--package-lock-only', '--omit=dev', '--sbom-format=cyclonedx'));
  const tarball = run('npm', 'pack', '--silent', '--workspace', 'nestjs-query-timing', '--pack-destination', ASSETS);
  return [join(ASSETS, tarball), sbom];
}

program
  .name('release')
  .description(
    'Makes a release of what was committed since the last one: version, changelog, commit and tag. Nothing is pushed.',
  )
  .option('--dry-run', 'print what it would be and make its assets; change nothing')
  .option('--assets', `only make what is attached to a release, into ${ASSETS}`)
  .action(({ dryRun, assets }: { dryRun?: boolean; assets?: boolean }) => {
    if (assets) return console.log(makeAssets().join('\n'));
    if (!dryRun && run('git', 'status', '--porcelain')) throw new Error('There are changes that are not committed.');
    const tag = gitCliff(['--bumped-version']);
    if (run('git', 'tag', '--list', tag)) throw new Error(`${tag} is there already: nothing new was committed.`);
    const section = gitCliff(['--unreleased', '--tag', tag, '--strip', 'all']);
    if (dryRun) return console.log([tag, '', section, '', ...makeAssets()].join('\n'));

    setVersion(tag.slice(1));
    const date = new Date().toISOString().slice(0, 10);
    writeFileSync('CHANGELOG.md', withRelease(readFileSync('CHANGELOG.md', 'utf8'), tag.slice(1), date, section));
    run('npx', 'prettier', '--write', 'CHANGELOG.md', ...MANIFESTS);
    run(
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
    run('git', 'tag', '--annotate', tag, '--message', tag);
    console.log(`${tag} is committed and tagged. When it is right: git push --follow-tags`);
  });

try {
  program.parse();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
