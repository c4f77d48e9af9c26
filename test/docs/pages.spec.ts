import { existsSync } from 'node:fs';
import ts from 'typescript';
import {
  anchorOf,
  anchorsOf,
  codeBlocks,
  codeless,
  localLinks,
  pages,
  read,
  resolveLink,
  type CodeBlock,
} from './pages';
import { fileNamedBy } from './walk-through';

const WALK_THROUGH = 'docs/guides/ADD-A-USE-CASE.md';

describe.each(pages)('%s', (page) => {
  it('has no broken links', () => {
    const broken = localLinks(page).filter((link) => {
      const { path, anchor } = resolveLink(page, link);
      return !existsSync(path) || (anchor !== undefined && !anchorsOf(path).has(anchor));
    });
    expect(broken).toEqual([]);
  });
});

/** Numbered links to the sections of the page, one per line. */
const contentsOf = (page: string): string[] =>
  [...read(page).matchAll(/^\d+\. \[[^\]]+\]\(#([^)\s]+)\)/gm)].map((match) => match[1]!);

it.each(pages.filter((page) => contentsOf(page).length > 0))(
  'the contents of %s list every section in its order',
  (page) => {
    const sections = codeless(page).match(/^## .+$/gm) ?? [];
    expect(contentsOf(page)).toEqual(sections.map((heading) => anchorOf(heading.slice('## '.length))));
  },
);

it.each(pages)('%s ends the response of a curl with a newline', (page) => {
  const commands = codeBlocks(page).flatMap(({ language, code }) =>
    language === 'sh' ? code.replaceAll('\\\n', ' ').split('\n') : [],
  );
  // Metrics and exports are lines already.
  const bare = commands.filter((line) => /^curl .*\/api\/v1\//.test(line) && !line.includes("-w '\\n'"));
  expect(bare.filter((line) => !line.includes('/export'))).toEqual([]);
});

it('every TypeScript example of the pages compiles, strictly', () => {
  const blocks = pages
    .flatMap(codeBlocks)
    .filter(({ language }) => ['ts', 'typescript'].includes(language))
    // The test of the walk-through compiles its files, which need the steps before them.
    .filter((block) => block.page !== WALK_THROUGH);
  expect(blocks.length).toBeGreaterThan(0);
  // Next to the sources, so that packages are found; in memory, so that no files remain.
  const pathOf = (block: CodeBlock): string => fileNamedBy(block) ?? `src/example-${blocks.indexOf(block)}.mts`;
  const files = new Map(blocks.map((block) => [`${process.cwd()}/${pathOf(block)}`, block]));
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object };
  const { options: ours } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, process.cwd());
  // The library by its package name; the examples as modules, in which they may await.
  const paths = {
    'nestjs-query-timing': ['./src/query-timing/index.ts'],
    'nestjs-query-timing/*': ['./src/query-timing/*.ts', './src/query-timing/*/index.ts'],
  };
  const options: ts.CompilerOptions = { ...ours, paths, allowJs: false, checkJs: false };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => files.has(path) || fileExists.call(host, path);
  host.getSourceFile = (path, target) => {
    const block = files.get(path);
    return block ? ts.createSourceFile(path, block.code, target) : getSourceFile.call(host, path, target);
  };
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: true }, host);
  const mistakes = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const block = files.get(diagnostic.file?.fileName ?? '');
    const line = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0;
    const where = block ? `${block.page}:${block.line + line}` : diagnostic.file?.fileName;
    return `${where}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
  });
  expect(mistakes).toEqual([]);
});
