import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { orderingProblems } from '../../../src/infrastructure/http/ordering/ordering.problems';
import { describeRefusal } from '../../../src/infrastructure/http/problem-table';

const table = resolve('src/infrastructure/http/ordering/ordering.problems.ts');
const source = readFileSync(table, 'utf8');

/** The table's source without this kind. */
function without(kind: string): string {
  const file = ts.createSourceFile(table, source, ts.ScriptTarget.ESNext, true);
  let changed: string | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name) && node.name.text === kind) {
      changed = `${source.slice(0, node.getFullStart())}${source.slice(node.getEnd() + 1)}`;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (changed === undefined) throw new Error(`The table has no ${kind}.`);
  return changed;
}

const withUnknownKind = source.replace(
  'export const orderingProblems = {',
  `$& 'no-such-kind': { status: 409, title: 'Never refused' },`,
);
const withWrongMember = source.replace('({ sku }) => `Put all', '({ requested: sku }) => `Put all');

/** Virtual files next to the real table, so that their imports resolve the same way. */
const variants: Record<string, string> = {
  unchanged: source,
  'unknown-kind': withUnknownKind,
  'wrong-member': withWrongMember,
  ...Object.fromEntries(Object.keys(orderingProblems).map((kind) => [`without-${kind}`, without(kind)])),
};
const fileOf = (variant: string): string => join(dirname(table), `variant.${variant}.ts`);

/** The compiler's errors for each variant. All are in one program, because most of its time goes into the libraries. */
function compile(): (variant: string) => string[] {
  const files = new Map(Object.entries(variants).map(([variant, text]) => [fileOf(variant), text]));
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [table] }, ts.sys, process.cwd());
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.getSourceFile = (path, version, ...more) => {
    const text = files.get(path);
    return text === undefined ? getSourceFile(path, version, ...more) : ts.createSourceFile(path, text, version, false);
  };
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: true }, host);
  return (variant) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(fileOf(variant)))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the problem table', () => {
  let errorsIn: (variant: string) => string[];
  beforeAll(() => {
    errorsIn = compile();
  }, 60_000);

  it('compiles unchanged', () => {
    expect(errorsIn('unchanged')).toEqual([]);
  });

  it.each(Object.keys(orderingProblems))('does not compile without %s', (kind) => {
    expect(errorsIn(`without-${kind}`)).toEqual([expect.stringContaining(`Property '"${kind}"' is missing`)]);
  });

  it('does not compile with a kind that no use case returns', () => {
    expect(errorsIn('unknown-kind')).toEqual([expect.stringContaining(`'no-such-kind'' does not exist`)]);
  });

  it('does not compile when a detail uses a member that the kind does not have', () => {
    expect(errorsIn('wrong-member')).toContainEqual(expect.stringContaining(`Property 'requested' does not exist`));
  });

  it('throws for a kind that it does not have', () => {
    expect(() => describeRefusal({ kind: 'no-such-kind' }, orderingProblems)).toThrow('no-such-kind');
  });
});
