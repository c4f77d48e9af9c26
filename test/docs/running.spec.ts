import ts from 'typescript';
import { codeBlocks, pages, type CodeBlock } from './pages';

const EXPECTED = /\/\/ => (.+)$/gm;

/** The examples with their expected output. */
const examples = pages
  .flatMap(codeBlocks)
  .filter(({ language, code }) => language === 'ts' && /\/\/ => /.test(code))
  .map((block) => ({ block, place: `${block.page}:${block.line}` }));

/** Resolves the package names of this project. */
const importing = (name: string): unknown =>
  jest.requireActual(name.replace(/^nestjs-query-timing(?:\/core)?$/, '../../src/query-timing/index'));

/** Runs an example, which may await. @returns the lines that it printed */
async function run({ code }: CodeBlock): Promise<string[]> {
  const printed: string[] = [];
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const body = `return (async () => {${outputText}\n})();`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the example is ours, and has just been compiled
  const example = new Function('require', 'exports', 'console', body) as (...given: unknown[]) => Promise<void>;
  await example(importing, {}, { log: (...values: unknown[]) => printed.push(values.map(String).join(' ')) });
  return printed;
}

it('there are examples with expected output', () => {
  expect(examples.length).toBeGreaterThan(0);
});

it.each(examples)('the example at $place prints the expected output', async ({ block }) => {
  expect(await run(block)).toEqual([...block.code.matchAll(EXPECTED)].map((match) => match[1]));
});
