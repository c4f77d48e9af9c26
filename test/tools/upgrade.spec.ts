import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isLibraryOfTheTemplate, libraryHash } from '../../tools/library-record.cjs';
import { changesSince, git, type TemplateRecord } from '../../tools/upgrade/changes';
import { upgrade } from '../../tools/upgrade/upgrade';

const lines = (...words: string[]): string => `${words.join('\n')}\n`;
const page = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];

/** A template and a service that was made from it, side by side. */
class Checkout {
  constructor(readonly root: string) {}

  write(files: Readonly<Record<string, string | undefined>>): string {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.root, path);
      mkdirSync(dirname(file), { recursive: true });
      if (text === undefined) rmSync(file);
      else writeFileSync(file, text);
    }
    git(this.root, 'add', '--all');
    git(this.root, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'change');
    return git(this.root, 'rev-parse', 'HEAD').toString().trim();
  }
}

describe('an upgrade of a service that was made without the sample', () => {
  let folder: string;
  let theirs: string;
  let record: TemplateRecord;
  let verdicts: Record<string, string>;
  let results: Map<string, string | undefined>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
    const template = new Checkout(join(folder, 'template'));
    mkdirSync(template.root);
    git(template.root, 'init', '--quiet', '--initial-branch', 'main');
    const commit = template.write({
      'maintainers/template/sample.json': JSON.stringify({ paths: ['src/sample'] }),
      'maintainers/template/template.json': JSON.stringify({ paths: ['maintainers'] }),
      'src/sample/order.ts': 'order',
      'src/sample/wanted.ts': 'before',
      'src/sampler.ts': 'before',
      'package.json': '{}',
      'CHANGELOG.md': 'of the template',
      'README.md': 'of the template',
      untouched: 'before',
      unwanted: 'before',
      retired: 'before',
      left: 'before',
      both: lines(...page),
      same: 'before',
      page: lines(...page),
    });
    git(folder, 'clone', '--quiet', template.root, 'service');
    const service = new Checkout(join(folder, 'service'));
    service.write({
      'maintainers/template/sample.json': undefined,
      'maintainers/template/template.json': undefined,
      'src/sample/order.ts': undefined,
      'src/sampler.ts': undefined,
      unwanted: undefined,
      'CHANGELOG.md': 'of the service',
      'README.md': 'of the service',
      both: lines('ours', ...page.slice(1)),
      same: 'after',
      added: lines('ours'),
      left: 'changed',
      page: lines('ours', ...page.slice(1)),
    });
    theirs = template.write({
      'maintainers/template/sample.json': JSON.stringify({ paths: ['src/later'] }),
      'CHANGELOG.md': 'of the template, later',
      'README.md': 'of the template, later',
      'src/sample/order.ts': 'a better order',
      'src/sample/wanted.ts': 'after',
      'src/sampler.ts': 'after',
      'tools/later/init.ts': 'init',
      'maintainers/template/init.ts': 'init',
      'maintainers/template/template.json': JSON.stringify({ paths: ['maintainers', 'tools/later'] }),
      added: lines('theirs'),
      left: undefined,
      'src/later/product.ts': 'product',
      untouched: 'after',
      unwanted: 'after',
      retired: undefined,
      fresh: 'new',
      both: lines('theirs', ...page.slice(1)),
      same: 'after',
      page: lines(...page.slice(0, -1), 'theirs'),
    });
    git(service.root, 'fetch', '--quiet', 'origin');
    record = { name: 'template', version: '0.1.0', commit, sample: 'removed' };
    service.write({ 'package.json': JSON.stringify({ template: record }) });
    const changes = changesSince(service.root, record, theirs);
    verdicts = Object.fromEntries(changes.map(({ path, verdict }) => [path, verdict]));
    results = new Map(changes.map(({ path, result }) => [path, result?.toString()]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says of every file what becomes of it, and nothing of the template’s own tools', () => {
    expect(verdicts).toEqual({
      'CHANGELOG.md': 'yours',
      'README.md': 'yours',
      added: 'conflicts',
      both: 'conflicts',
      fresh: 'applies',
      left: 'conflicts',
      page: 'merges',
      retired: 'applies',
      same: 'has it already',
      'src/later/product.ts': 'of the removed sample',
      'src/sample/order.ts': 'of the removed sample',
      'src/sample/wanted.ts': 'applies',
      'src/sampler.ts': 'gone here',
      untouched: 'applies',
      unwanted: 'gone here',
    });
  });

  it('takes what the service left alone, deletes what the template gave up, and keeps both changes of a page', () => {
    expect(results.get('untouched')).toBe('after');
    expect(results.get('retired')).toBeUndefined();
    expect(results.get('page')).toBe(lines('ours', ...page.slice(1, -1), 'theirs'));
  });

  it('marks a conflict with both sides', () => {
    expect(results.get('both')).toMatch(/^<{7} this service\nours\n\|{7}|^<{7} this service\nours\n={7}\ntheirs\n>{7}/);
  });

  it('knows of no removed sample where it was kept', () => {
    const kept = changesSince(join(folder, 'service'), { ...record, sample: 'kept' }, theirs);
    expect(kept).toContainEqual({ path: 'src/sample/order.ts', verdict: 'gone here' });
    expect(kept).toContainEqual(expect.objectContaining({ path: 'README.md', verdict: 'conflicts' }));
    expect(kept).toContainEqual(expect.objectContaining({ path: 'src/later/product.ts', verdict: 'applies' }));
  });

  describe('carried out', () => {
    let root: string;
    beforeEach(() => cpSync(join(folder, 'service'), (root = join(folder, 'copy')), { recursive: true }));
    afterEach(() => rmSync(root, { recursive: true }));

    const from = () => ({ from: join(folder, 'template'), branch: 'main' });
    const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);
    const status = () => git(root, 'status', '--porcelain').toString();

    it('changes nothing when it is only to be looked at', () => {
      expect(upgrade(root, { ...from(), dryRun: true }).changes).toHaveLength(Object.keys(verdicts).length);
      expect(status()).toBe('');
    });

    it('writes what applies, merges and conflicts, leaves the rest alone, and knows where the next one begins', () => {
      expect(upgrade(root, from())).toMatchObject({ commit: theirs, recorded: true });
      expect(read('fresh')).toBe('new');
      expect(read('retired')).toBeUndefined();
      expect(read('page')).toBe(lines('ours', ...page.slice(1, -1), 'theirs'));
      expect(read('both')).toContain('<<<<<<< this service');
      expect(read('left')).toBe('changed');
      for (const path of ['unwanted', 'src/sample/order.ts', 'src/later/product.ts', 'tools/later/init.ts'])
        expect(read(path)).toBeUndefined();
      expect(JSON.parse(read('package.json')!)).toEqual({ template: { ...record, commit: theirs } });
      new Checkout(root).write({});
      expect(upgrade(root, from()).changes).toEqual([]);
    });

    it('leaves a conflicting package.json to the user', () => {
      const template = new Checkout(join(folder, 'template'));
      git(template.root, 'checkout', '--quiet', '-b', 'next');
      const commit = template.write({ 'package.json': JSON.stringify({ name: 'template' }) });
      git(template.root, 'checkout', '--quiet', 'main');
      expect(upgrade(root, { ...from(), branch: 'next' })).toMatchObject({ commit, recorded: false });
      expect(read('package.json')).toContain('<<<<<<< this service');
    });

    it('is refused, and changes nothing, by a work tree that is not clean', () => {
      writeFileSync(join(root, 'page'), 'begun');
      expect(() => upgrade(root, from())).toThrow('The work tree is not clean');
      expect(status()).toBe(' M page\n');
    });

    it('is refused by the template itself, and when the template cannot be fetched or is a different one', () => {
      expect(() => upgrade(join(folder, 'template'), from())).toThrow('This is the template itself');
      expect(() => upgrade(root, { ...from(), branch: 'nowhere' })).toThrow('Could not fetch the template from');
      const stranger = new Checkout(join(folder, 'stranger'));
      mkdirSync(stranger.root);
      git(stranger.root, 'init', '--quiet', '--initial-branch', 'main');
      stranger.write({ page: 'another' });
      expect(() => upgrade(root, { ...from(), from: stranger.root })).toThrow('does not contain');
      expect(status()).toBe('');
    });
  });
});

describe('an upgrade with another library', () => {
  let folder: string;
  let template: Checkout;
  let service: Checkout;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
    template = new Checkout(join(folder, 'template'));
    mkdirSync(template.root);
    git(template.root, 'init', '--quiet', '--initial-branch', 'main');
    const commit = template.write({
      'maintainers/template/sample.json': JSON.stringify({ paths: [] }),
      'maintainers/template/template.json': JSON.stringify({ paths: ['maintainers'] }),
      'src/query-timing/package.json': JSON.stringify({ peerDependencies: {} }),
      'src/query-timing/index.ts': lines(...page),
      'test/query-timing/index.spec.ts': 'it',
      'package.json': '{}',
      'package-lock.json': JSON.stringify({ packages: {} }),
      page: 'before',
    });
    git(folder, 'clone', '--quiet', template.root, 'service');
    service = new Checkout(join(folder, 'service'));
    const record = { name: 'template', version: '0.1.0', commit, sample: 'kept', library: libraryHash(service.root) };
    service.write({ 'package.json': JSON.stringify({ template: record }), page: 'ours' });
    template.write({ 'src/query-timing/index.ts': lines(...page, 'eight'), page: 'theirs' });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const upgraded = () => upgrade(service.root, { from: template.root, branch: 'main' });

  it('leaves the tests of that library to the template, too, whatever else conflicts', () => {
    expect(upgraded().changes).toContainEqual(expect.objectContaining({ path: 'page', verdict: 'conflicts' }));
    expect(isLibraryOfTheTemplate(service.root)).toBe(true);
  });

  it('tests it again while the lock file, which says what it is used with, has a conflict', () => {
    service.write({ 'package-lock.json': JSON.stringify({ packages: { ours: {} } }) });
    template.write({ 'package-lock.json': JSON.stringify({ packages: { theirs: {} } }) });
    expect(upgraded().recorded).toBe(true);
    expect(isLibraryOfTheTemplate(service.root)).toBe(false);
  });

  it('tests a library that the service had changed', () => {
    service.write({ 'src/query-timing/index.ts': lines('ours', ...page.slice(1)) });
    upgraded();
    expect(isLibraryOfTheTemplate(service.root)).toBe(false);
  });
});
