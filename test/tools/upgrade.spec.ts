import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { changesSince, git } from '../../tools/upgrade/changes';

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
  let verdicts: Record<string, string>;
  let results: Map<string, string | undefined>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
    const template = new Checkout(join(folder, 'template'));
    mkdirSync(template.root);
    git(template.root, 'init', '--quiet', '--initial-branch', 'main');
    const commit = template.write({
      'tools/template/sample.json': JSON.stringify({ paths: ['src/sample'] }),
      'tools/template/template.json': JSON.stringify({ paths: ['tools/template'] }),
      'src/sample/order.ts': 'order',
      untouched: 'before',
      unwanted: 'before',
      retired: 'before',
      both: lines(...page),
      same: 'before',
      page: lines(...page),
    });
    git(folder, 'clone', '--quiet', template.root, 'service');
    const service = new Checkout(join(folder, 'service'));
    service.write({
      'tools/template/sample.json': undefined,
      'tools/template/template.json': undefined,
      'src/sample/order.ts': undefined,
      unwanted: undefined,
      both: lines('ours', ...page.slice(1)),
      same: 'after',
      page: lines('ours', ...page.slice(1)),
    });
    const theirs = template.write({
      'tools/template/sample.json': JSON.stringify({ paths: ['src/sample', 'src/later'] }),
      'src/sample/order.ts': 'a better order',
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
    const record = { name: 'template', version: '0.1.0', commit, sample: 'removed' } as const;
    const changes = changesSince(service.root, record, theirs);
    verdicts = Object.fromEntries(changes.map(({ path, verdict }) => [path, verdict]));
    results = new Map(changes.map(({ path, result }) => [path, result?.toString()]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says of every file what becomes of it, and nothing of the template’s own tools', () => {
    expect(verdicts).toEqual({
      both: 'conflicts',
      fresh: 'applies',
      page: 'merges',
      retired: 'applies',
      same: 'has it already',
      'src/later/product.ts': 'of the removed sample',
      'src/sample/order.ts': 'of the removed sample',
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
});
