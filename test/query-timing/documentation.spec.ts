import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as library from '../../src/query-timing/index';
import { DEFAULT_OPTIONS, OPTIONS } from '../../src/query-timing/options';
import { docstringsOf, type Docstring } from './support/docstrings';

const SOURCE = 'src/query-timing';
const options = docstringsOf(join(SOURCE, 'options.ts')).filter(({ name }) => name in OPTIONS);
const functions = [
  'query-timing.module.ts',
  'install.ts',
  'query-timing.ts',
  'sql/error-class.ts',
  'sql/error-details.ts',
]
  .flatMap((file) => docstringsOf(join(SOURCE, file)))
  // Called by Nest, not by users; and what the index does not export.
  .filter(({ name }) => !/\.on(?:Module|Application)/.test(name) && name.split('.')[0]! in library);

const rowOf = ({ name, text, tags }: Docstring) => `| \`${name}\` | ${tags.get('defaultValue')} | ${text} |`;

describe('the documentation of the options', () => {
  it('has every option', () => {
    expect(options.map(({ name }) => name)).toEqual(Object.keys(OPTIONS));
  });

  it.each(options.map((option) => [option.name, option] as const))('says what %s is by default', (name, { tags }) => {
    const written = tags.get('defaultValue');
    expect(written).toBeTruthy();
    const value: unknown = Reflect.get(DEFAULT_OPTIONS, name);
    if (value !== undefined) expect(written).toBe(`\`${literalOf(value)}\``);
  });

  it('is the table of the README, word for word', () => {
    const readme = readFileSync(join(SOURCE, 'README.md'), 'utf8').replaceAll(/ {2,}/g, ' ');
    const rows = [...readme.matchAll(/^\| `(\w+)` \| .*$/gm)].filter(([, name]) => name! in OPTIONS);
    expect(rows.map(([row]) => row)).toEqual(options.map(rowOf));
  });
});

describe('the documentation of the functions', () => {
  it('has every public function', () => {
    expect(functions.map(({ name }) => name).sort()).toEqual([
      'InjectQueryTiming',
      'QueryTiming.getSummary',
      'QueryTiming.resetStats',
      'QueryTiming.serverStatements',
      'QueryTiming.setEnabled',
      'QueryTiming.setLogAllQueries',
      'QueryTiming.setSlowQueryThreshold',
      'QueryTiming.uninstall',
      'QueryTimingModule.forRoot',
      'QueryTimingModule.forRootAsync',
      'errorClassOf',
      'errorDetailsOf',
      'getQueryTimingToken',
      'installQueryTiming',
      'installQueryTimingWithPrometheus',
    ]);
  });

  it('has an example with imports for each, which compiles', () => {
    const examples = functions.map(({ name, tags }) => [name, codeOf(tags.get('example') ?? '')] as const);
    expect(examples.filter(([, code]) => !code.includes("from 'nestjs-query-timing")).map(([name]) => name)).toEqual(
      [],
    );
    expect(errorsIn(new Map(examples))).toEqual([]);
  }, 60_000);
});

function literalOf(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value).replaceAll(',', ', ');
}

function codeOf(example: string): string {
  return /```ts\n([^]*?)\n```/.exec(example)?.[1] ?? '';
}

/** Compiled beside the sources, where packages are found, but only in memory. */
function errorsIn(examples: ReadonlyMap<string, string>): string[] {
  const files = new Map([...examples].map(([name, code]) => [join(process.cwd(), `src/${name}.example.mts`), code]));
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object };
  const parsed = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, process.cwd());
  const paths = {
    'nestjs-query-timing': ['./src/query-timing/index.ts'],
    'nestjs-query-timing/*': ['./src/query-timing/*.ts', './src/query-timing/*/index.ts'],
  };
  const settings: ts.CompilerOptions = { ...parsed.options, paths, noEmit: true, allowJs: false, checkJs: false };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => files.has(path) || fileExists.call(host, path);
  host.getSourceFile = (path, target) => {
    const code = files.get(path);
    return code === undefined ? getSourceFile.call(host, path, target) : ts.createSourceFile(path, code, target);
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...files.keys()], settings, host))
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}
