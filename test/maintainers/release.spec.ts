import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withRelease } from '../../maintainers/release/changelog';
import { CliffError, gitCliff } from '../../maintainers/release/git-cliff';

describe('the next release', () => {
  let repository: string;
  const git = (...options: string[]) => execFileSync('git', options, { cwd: repository, stdio: 'pipe' });
  const commit = (message: string) =>
    git(
      '-c',
      'user.name=Anna',
      '-c',
      'user.email=anna@example.com',
      'commit',
      '--allow-empty',
      '--quiet',
      '-m',
      message,
    );
  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'release-'));
    git('init', '--quiet');
    commit('feat: the beginning');
  });
  afterEach(() => rmSync(repository, { recursive: true }));

  it.each([
    ['a first version', undefined, 'docs: a page', 'v0.1.0'],
    ['a patch of a fix', 'v1.2.3', 'fix: a hole', 'v1.2.4'],
    ['a minor version of a feature', 'v1.2.3', 'feat(orders): a discount', 'v1.3.0'],
    ['a major version of a breaking change', 'v1.2.3', 'feat!: no more discounts', 'v2.0.0'],
    ['a minor version of a breaking change before the first major one', 'v0.2.3', 'fix!: no more discounts', 'v0.3.0'],
  ])('is %s', (_, tag, message, next) => {
    if (tag) git('tag', tag);
    commit(message);
    expect(gitCliff(['--bumped-version'], repository)).toBe(next);
  });

  it('is described in the words of the commits, with what users notice first', () => {
    git('tag', 'v1.0.0');
    for (const message of ['fix: a hole', 'docs: a page', 'feat(orders): a discount']) commit(message);
    expect(gitCliff(['--unreleased', '--tag', 'v1.1.0', '--strip', 'all'], repository)).toMatch(
      /^### Added\n\n- \*\*orders\*\*: A discount \(\w{7}\)\n+### Fixed\n\n- A hole \(\w{7}\)$/,
    );
  });

  it('accepts every type that CONTRIBUTING.md lists', () => {
    const words = [...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/`(\w+): …`/g)].map(([, word]) => word);
    expect(words).toEqual(expect.arrayContaining(['feat', 'fix', 'bench']));
    for (const word of words) commit(`${word}: a thing`);
    expect(() => gitCliff(['--unreleased'], repository)).not.toThrow();
  });

  it.each(['a thing', 'wat: a thing', 'Feature: a thing'])('rejects the commit %p', (message) => {
    expect(() => gitCliff(['--unreleased', '--with-commit', message], repository)).toThrow(CliffError);
    writeFileSync(join(repository, 'message'), `${message}\n# Please enter the commit message\n`);
    const script = join(__dirname, '../../maintainers/release/check-commits.ts');
    const tsx = ['--require', require.resolve('tsx/cjs')];
    const { status, stderr } = spawnSync(process.execPath, [...tsx, script, '--message-file', 'message'], {
      cwd: repository,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain("Write it like 'fix: what was fixed'");
  });
});

describe('the changelog', () => {
  const intro = '# Changelog\n\nHow it is kept.\n';

  it('has the newest release first, with hand-written notes before the commits', () => {
    const before = `${intro}\n## Unreleased\n\nMind the gap.\n\n## 1.0.0 - 2026-01-01\n\n- all\n`;
    expect(withRelease(before, '1.1.0', '2026-02-02', '### Added\n\n- more\n')).toBe(
      `${intro}\n## 1.1.0 - 2026-02-02\n\nMind the gap.\n\n### Added\n\n- more\n\n## 1.0.0 - 2026-01-01\n\n- all\n`,
    );
  });

  it('can be without a release so far', () => {
    expect(withRelease(intro, '0.1.0', '2026-01-01', '- all')).toBe(`${intro}\n## 0.1.0 - 2026-01-01\n\n- all\n`);
  });
});
