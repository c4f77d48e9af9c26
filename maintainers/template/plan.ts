import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_NAME } from '../../src/infrastructure/config/service-name';
import { forgetModules, removeListed, resolveSpecifier } from '../../tools/edits/source';
import type { Tree } from '../../tools/edits/tree';
import { libraryHash } from '../../tools/library-record.cjs';
import { listsOf, sampleFiles } from './dependents';
import { isUnder, sampleManifest, templateManifest } from './manifests';
import { renameDeployments, renamePages } from './names';
import { prunePages } from './pages';

export interface ForkOptions {
  readonly name: string;
  readonly scope?: string;
  readonly keepSample: boolean;
  /** The commit of the template that the fork begins with. */
  readonly commit: string;
}

interface Manifest {
  name: string;
  version: string;
  description: string;
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
  workspaces: readonly string[];
  [other: string]: unknown;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly bin?: Readonly<Record<string, string>> }>>;
}

/** What a fork remembers of its template, to take later changes of it. */
export interface TemplateRecord {
  readonly name: string;
  readonly version: string;
  readonly commit: string;
  readonly sample: 'kept' | 'removed';
  /** A hash of the library: while it is the same, `npm test` leaves its tests to the template. */
  readonly library: string;
}

const CI = '.ci/run';
const SERVICE_NAME_FILE = 'src/infrastructure/config/service-name.ts';
/** The sources that list features, entities, migrations and scopes, each element imported from its own file. */
export const LISTS = [
  'src/app.module.ts',
  'src/infrastructure/database/migrations/index.ts',
  'src/infrastructure/database/entities.ts',
  'tools/development-scopes.ts',
];

/** They list suites, folders and rules by name. */
const CONFIGURATIONS = [
  '.dependency-cruiser.cjs',
  'jest.config.js',
  'test/tools/cruise.mjs',
  'tools/regenerate/find-generators.ts',
  'tools/test-suites.mjs',
  'tsconfig.json',
];

/**
 * Turns the template into a service, in the tree only: nothing is written. Its layout is left to `tree.format`.
 * @throws when something that goes is used where it cannot be removed
 */
export function planFork(tree: Tree, options: ForkOptions): void {
  const gone = new Set(tree.files.filter((path) => isUnder(path, templateManifest.paths)));
  if (!options.keepSample) {
    for (const path of sampleFiles(tree, sampleManifest, (file) => LISTS.includes(file))) gone.add(path);
  }
  const before = manifestOf(tree);
  const mentioned = mentionedPackages(tree, gone, Object.keys(before.devDependencies));
  const run = packagesRunBy(Object.values(before.scripts), tree);

  for (const path of listsOf(tree, gone)) {
    const isGone = (specifier: string): boolean =>
      gone.has(resolveSpecifier(path, specifier, (file) => tree.has(file)) ?? '');
    tree.edit(path, (source) => forgetModules(source, isGone));
  }
  for (const path of gone) tree.remove(path);
  for (const name of templateManifest.listed) {
    for (const path of CONFIGURATIONS) tree.edit(path, (source) => removeListed(source, name));
  }

  const unneeded = Object.keys(before.devDependencies).filter(
    (name) => mentioned.before.has(name) && !mentioned.after.has(name) && !run.has(name),
  );
  const scripts = writeManifest(tree, before, gone, unneeded, options);
  const runsWhatIsGone = (line: string) =>
    line.startsWith('npm run -w maintainers') || scripts.some((script) => line.startsWith(`npm run ${script} `));
  const ciLines = tree.read(CI).split('\n');
  tree.write(CI, ciLines.filter((line) => !runsWhatIsGone(`${line} `)).join('\n'));
  tree.edit(SERVICE_NAME_FILE, (source) =>
    source.getVariableDeclarationOrThrow('SERVICE_NAME').setInitializer(`'${options.name}'`),
  );
  renameDeployments(tree, [before.name, SERVICE_NAME], options.name);
  writePages(tree, options);
  const { paths, marks } = options.keepSample ? { paths: [], marks: [] } : sampleManifest;
  prunePages(tree, { scripts, files: gone, paths: [...templateManifest.paths, ...paths], marks });
  renamePages(tree, before.name, SERVICE_NAME, options.name);
}

const manifestOf = (tree: Tree): Manifest => JSON.parse(tree.read('package.json')) as Manifest;
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** @returns the scripts that go, because what they run goes */
function writeManifest(
  tree: Tree,
  before: Manifest,
  gone: ReadonlySet<string>,
  unneeded: readonly string[],
  { name, scope, keepSample, commit }: ForkOptions,
): readonly string[] {
  const runsGone = (command: string): boolean => command.split(/[\s,]+/).some((word) => gone.has(word));
  const scripts = Object.entries(before.scripts).filter(([, command]) => !runsGone(command));
  const added = Object.entries(templateManifest.addedScripts).filter(([, command]) => !runsGone(command));
  const workspaces = before.workspaces.filter((folder) => !gone.has(`${folder}/package.json`));
  const record: TemplateRecord = {
    name: before.name,
    version: before.version,
    commit,
    sample: keepSample ? 'kept' : 'removed',
    library: libraryHash(tree.root),
  };
  const fullName = scope ? `${scope}/${name}` : name;
  const devDependencies = Object.fromEntries(
    Object.entries(before.devDependencies).filter(([dependency]) => !unneeded.includes(dependency)),
  );
  tree.write(
    'package.json',
    json({
      ...before,
      name: fullName,
      version: '0.1.0',
      description: `${name}: a NestJS service on PostgreSQL.`,
      template: record,
      workspaces,
      scripts: Object.fromEntries([...scripts, ...added]),
      devDependencies,
    }),
  );
  // What else the lock file has to lose is left to npm.
  const lock = JSON.parse(tree.read('package-lock.json')) as Lock;
  const root = { ...lock.packages[''], name: fullName, version: '0.1.0', workspaces };
  tree.write(
    'package-lock.json',
    json({ ...lock, name: fullName, version: '0.1.0', packages: { ...lock.packages, '': root } }),
  );
  const kept = [...scripts, ...added].map(([script]) => script);
  return Object.keys(before.scripts).filter((script) => !kept.includes(script));
}

/** The packages whose programs are named in commands, as the lock file has them. */
function packagesRunBy(commands: readonly string[], tree: Tree): ReadonlySet<string> {
  const { packages } = JSON.parse(tree.read('package-lock.json')) as Lock;
  const words = new Set(commands.flatMap((command) => command.split(/\s+/)));
  const prefix = 'node_modules/';
  return new Set(
    Object.entries(packages)
      .filter(([, { bin = {} }]) => Object.keys(bin).some((program) => words.has(program)))
      .map(([path]) => path.slice(prefix.length)),
  );
}

/**
 * Which packages a source names, with the files that go and without. A manifest, as of a fixture, installs its own
 * packages and uses none of these.
 */
function mentionedPackages(tree: Tree, gone: ReadonlySet<string>, packages: readonly string[]) {
  const [before, after] = [new Set<string>(), new Set<string>()];
  for (const path of tree.files.filter(
    (file) => /\.(?:[cm]?[jt]s|json)$/.test(file) && !/(?:^|\/)package(?:-lock)?\.json$/.test(file),
  )) {
    const text = tree.read(path);
    for (const name of packages) {
      if (!text.includes(name)) continue;
      before.add(name);
      if (!gone.has(path)) after.add(name);
    }
  }
  return { before, after };
}

function writePages(tree: Tree, { name, keepSample }: ForkOptions): void {
  const page = (file: string): string => readFileSync(join(__dirname, 'pages', file), 'utf8');
  tree.write('CHANGELOG.md', page('CHANGELOG.md'));
  if (!keepSample) tree.write('README.md', page('README.md').replaceAll('{{name}}', name));
}
