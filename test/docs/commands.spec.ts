import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inParallel } from '../../tools/in-parallel';
import { codeBlocks, pages, read } from './pages';

/** What a service gets when it is made from the template: the pages explain it here already. */
function scriptsOfAFork(): Readonly<Record<string, string>> {
  const manifest = 'maintainers/template/template.json';
  if (!existsSync(manifest)) return {};
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { addedScripts: Record<string, string> }).addedScripts;
}

/** The scripts of the project, or of one of its workspaces. */
function scriptsOf(workspace: string): Readonly<Record<string, string>> {
  const manifest = join(workspace, 'package.json');
  if (!existsSync(manifest)) return {};
  const { scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts: Record<string, string> };
  return workspace === '' ? { ...scriptsOfAFork(), ...scripts } : scripts;
}

interface Command {
  readonly page: string;
  readonly text: string;
  /** An npm script, or a program of node_modules/.bin. */
  readonly program: string;
  readonly isScript: boolean;
  /** The folder of the workspace that has the script; empty for the project itself. */
  readonly workspace: string;
  readonly options: readonly string[];
}

/** The commands in shell blocks, and those between backticks in the text. */
function commandsOf(page: string): Command[] {
  const blocks = codeBlocks(page).filter(({ language }) => ['sh', 'bash', 'console'].includes(language));
  const prose = read(page).replaceAll(/^```[^]*?^```$/gm, '');
  const texts = [
    ...blocks.flatMap(({ code }) => code.replaceAll('\\\n', ' ').split('\n')),
    ...[...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!),
  ];
  return texts.flatMap((text) => text.split(/&&|\|\||[;|()]/)).flatMap((text) => commandIn(page, text) ?? []);
}

function commandIn(page: string, text: string): Command | undefined {
  const words = text
    .replace(/\s#.*$/, '')
    .trim()
    .replace(/^\$ /, '')
    .split(/\s+/);
  while (/^\w+=/.test(words[0] ?? '')) words.shift();
  const isScript = words[0] === 'npm';
  if (isScript && !['run', 'test', 'start'].includes(words[1] ?? '')) return undefined;
  if (!isScript && words[0] !== 'npx') return undefined;
  const rest = words.slice(words[1] === 'run' ? 2 : 1).filter((word) => !/^-[sy]$|^--silent$/.test(word));
  const [, workspace = ''] = rest[0] === '-w' ? rest.splice(0, 2) : [];
  const [program = '', ...args] = rest;
  // Options before the -- are npm's.
  const given = isScript ? args.slice(args.indexOf('--') + 1 || args.length) : args;
  const options = given.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.split('=', 1)[0]!);
  return { page, text: text.trim(), program, isScript, workspace, options };
}

const commands = pages.flatMap(commandsOf);

/** The program of a script, without the build before it. */
function programOf({ program, isScript, workspace }: Command): string[] {
  if (!isScript) return [`node_modules/.bin/${program}`];
  const words = scriptsOf(workspace)[program]!.split('&&').at(-1)!.trim().split(' ');
  return [words[0] === 'node' ? process.execPath : `node_modules/.bin/${words[0]}`, ...words.slice(1)];
}

it('the pages name commands', () => {
  expect(commands.length).toBeGreaterThan(20);
});

it('every command of a page is a script of the project or an installed program', () => {
  const unknown = commands.filter(({ program, isScript, workspace }) =>
    isScript ? !(program in scriptsOf(workspace)) : !existsSync(`node_modules/.bin/${program}`),
  );
  expect(unknown.map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
});

it('every option of a command is in its --help', async () => {
  const withOptions = commands.filter(({ options }) => options.length > 0);
  const helps = new Map(withOptions.map((command) => [programOf(command).join(' '), programOf(command)]));
  const texts = new Map<string, string>();
  const asked = [...helps].map(([key, [file, ...args]]) => async () => {
    const { stdout } = await promisify(execFile)(file!, [...args, '--help']);
    texts.set(key, stdout);
  });
  await inParallel(2, asked.values());
  const unknown = withOptions.flatMap((command) => {
    const help = texts.get(programOf(command).join(' ')) ?? '';
    const missing = command.options.filter((option) => !new RegExp(`(?:^|[\\s,])${option}(?![\\w-])`, 'm').test(help));
    return missing.map((option) => `${command.page}: ${option} of ${command.text}`);
  });
  expect(unknown).toEqual([]);
}, 60_000);
