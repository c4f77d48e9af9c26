import { Tree } from '../../tools/edits/tree';
import { planFork } from '../../maintainers/template/plan';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Locked {
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const asked = ({ dependencies, devDependencies }: Manifest) => Object.keys({ ...dependencies, ...devDependencies });

/** The tests of forks share the packages of this checkout, so that they do not notice a missing one. */
describe('the manifest of a fork without the sample asks for', () => {
  const tree = new Tree(process.cwd());
  const ofTemplate = asked(JSON.parse(tree.read('package.json')) as Manifest);
  const { packages } = JSON.parse(tree.read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
  let ofFork: readonly string[];
  beforeAll(() => {
    planFork(tree, { name: 'my-service', keepSample: false, commit: '0'.repeat(40) });
    ofFork = asked(JSON.parse(tree.read('package.json')) as Manifest);
  });

  it('the types that its sources are compiled with', () => {
    const { compilerOptions } = JSON.parse(tree.read('tsconfig.json')) as { compilerOptions: { types: string[] } };
    expect(ofFork).toEqual(expect.arrayContaining(compilerOptions.types.map((name) => `@types/${name}`)));
  });

  it('what its packages need beside them', () => {
    const needed = ofFork.flatMap((name) => {
      const { peerDependencies = {}, peerDependenciesMeta = {} } = packages[`node_modules/${name}`] ?? {};
      return Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]?.optional);
    });
    expect(ofFork).toEqual(expect.arrayContaining(needed.filter((name) => ofTemplate.includes(name))));
  });

  it('the scripts that its continuous integration runs', () => {
    const { scripts } = JSON.parse(tree.read('package.json')) as { scripts: Readonly<Record<string, string>> };
    const run = [...tree.read('.ci/run').matchAll(/^npm run (\S+)/gm)].map(([, script]) => script!);
    expect(run.filter((script) => !(script in scripts))).toEqual([]);
    expect(tree.read('.ci/run')).toContain('npm ci && npm test\n');
  });

  it('nothing that only the makers of the template use', () => {
    expect(ofFork).not.toContain('@opentelemetry/sdk-trace-base');
  });
});

const forked = (keepSample: boolean): Tree => {
  const tree = new Tree(process.cwd());
  planFork(tree, { name: 'my-service', keepSample, commit: '0'.repeat(40) });
  return tree;
};

describe.each([
  ['without the sample', false],
  ['with the sample', true],
])('the pages of a fork %s', (_, keepSample) => {
  const template = new Tree(process.cwd());
  const records = template.files.filter((path) => /^docs\/adr\/.*\.md$/.test(path));
  let tree: Tree;
  beforeAll(() => {
    tree = forked(keepSample);
  });

  it('keep every decision: the service has the code that it is about', () => {
    expect(records.filter((path) => !tree.has(path))).toEqual([]);
    expect(tree.read('docs/adr/README.md').match(/^\| \[ADR-/gm)).toHaveLength(records.length - 2);
  });

  it.each(['SEND-EVENTS', 'WHAT-IS-NOT-IN-HERE', 'ADD-A-CONTEXT-WITH-A-TABLE', 'MIGRATIONS'])(
    'keep the introduction and every section of %s',
    (name) => {
      const path = `docs/guides/${name}.md`;
      const headings = (text: string) => text.match(/^#+ .*$/gm);
      const introduction = (text: string) => text.split('\n').find((line) => /^[A-Z]/.test(line));
      expect(headings(tree.read(path))).toEqual(headings(template.read(path)));
      expect(introduction(tree.read(path))).toBe(introduction(template.read(path)));
    },
  );

  it('name the template where they are about it', () => {
    expect(tree.read('docs/guides/UPGRADE-A-FORK.md')).toBe(template.read('docs/guides/UPGRADE-A-FORK.md'));
  });

  it('name no command that the service does not have', () => {
    const { scripts } = JSON.parse(tree.read('package.json')) as { scripts: Readonly<Record<string, string>> };
    for (const path of tree.files.filter((file) => file.endsWith('.md') && !file.includes('/fixtures/'))) {
      const named = [...tree.read(path).matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map((match) => match[1]!);
      expect({ path, unknown: named.filter((name) => !(name in scripts)) }).toEqual({ path, unknown: [] });
    }
    expect(tree.read('README.md')).not.toMatch(/--faults|makers of the template/);
  });
});
