import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localLinks, read, resolveLink } from './pages';

const FOLDER = 'docs/adr';
const INDEX = join(FOLDER, 'README.md');
const TEMPLATE = join(FOLDER, 'TEMPLATE.md');

const records = readdirSync(FOLDER)
  .filter((name) => /^ADR-\d{3}-.+\.md$/.test(name))
  .sort();

const headingsOf = (page: string): string[] => [...read(page).matchAll(/^## (.+)$/gm)].map((match) => match[1]!);

/** The part of a page under one heading of the second level. */
const sectionOf = (page: string, heading: string): string =>
  read(page)
    .split(/^## /m)
    .find((section) => section.startsWith(`${heading}\n`)) ?? '';

const numberOf = (name: string): string => name.slice('ADR-'.length, 'ADR-000'.length);

describe('the decision records', () => {
  it('are in the index, each once, in the order of their numbers', () => {
    const listed = localLinks(INDEX).filter((link) => link.startsWith('ADR-'));
    expect(listed).toEqual(records);
  });

  it('have unique numbers', () => {
    expect(new Set(records.map(numberOf)).size).toBe(records.length);
  });

  it.each(records)('%s has the same title and status as in the index', (name) => {
    const page = read(join(FOLDER, name));
    const title = /^# ADR-\d{3}: (.+)$/m.exec(page)?.[1];
    const status = /^- \*\*Status:\*\* (\w+)/m.exec(page)?.[1];
    expect(page).toMatch(new RegExp(`^# ADR-${numberOf(name)}: `));
    const row = read(INDEX)
      .split('\n')
      .find((line) => line.includes(`(${name})`));
    expect(row?.split('|').map((cell) => cell.trim())).toEqual([
      '',
      `[ADR-${numberOf(name)}](${name})`,
      title,
      status,
      '',
    ]);
  });

  it.each(records)('%s has the headings of the template, in their order', (name) => {
    const wanted = headingsOf(TEMPLATE);
    expect(headingsOf(join(FOLDER, name)).filter((heading) => wanted.includes(heading))).toEqual(wanted);
  });

  it.each(records)('%s discusses at least two alternatives', (name) => {
    const alternatives = sectionOf(join(FOLDER, name), 'Alternatives').match(/^(?:- )?\*\*.+?\*\*/gm) ?? [];
    expect(alternatives.length).toBeGreaterThanOrEqual(2);
  });

  it.each(records)('%s has reproducible evidence: a command or a file', (name) => {
    const evidence = sectionOf(join(FOLDER, name), 'Evidence');
    expect(evidence).toMatch(/`npm (?:run|test)|` \(of the template\)|\]\(\.\.\/\.\.\//);
  });

  it.each(records)('%s is confirmed by a file that exists, or in a service by one of its template', (name) => {
    const page = join(FOLDER, name);
    const confirmation = sectionOf(page, 'Confirmation');
    if (confirmation.includes('(of the template)')) return;
    const targets = [...confirmation.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
    expect(targets.map((link) => resolveLink(page, link).path).filter((path) => existsSync(path))).not.toEqual([]);
  });

  it.each(records)('%s names only existing architecture and lint rules', (name) => {
    const rules = `${readFileSync('.dependency-cruiser.cjs', 'utf8')}\n${readFileSync('eslint.config.mjs', 'utf8')}`;
    const named = [...read(join(FOLDER, name)).matchAll(/rules? `([\w/@-]+)`/g)].map((match) => match[1]!);
    expect(named.filter((rule) => !rules.includes(rule))).toEqual([]);
  });
});
