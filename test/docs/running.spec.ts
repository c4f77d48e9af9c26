import ts from 'typescript';
import { codeBlocks, pages, type CodeBlock } from './pages';

const PROMISED = /\/\/ => (.+)$/gm;

/** The examples that say what they print. */
const examples = pages
  .flatMap(codeBlocks)
  .filter(({ language, code }) => language === 'ts' && /\/\/ => /.test(code))
  .map((block) => ({ block, place: `${block.page}:${block.line}` }));

/** Packages of this project are called by the name that their users know. */
const importing = (name: string): unknown =>
  jest.requireActual(name.replace(/^nestjs-query-timing(?:\/core)?$/, '../../src/query-timing'));

/** Runs an example, which may await, and answers what it printed, a line each. */
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

it('there are examples that say what they print', () => {
  expect(examples.length).toBeGreaterThan(0);
});

it.each(examples)('the example at $place prints what it says', async ({ block }) => {
  expect(await run(block)).toEqual([...block.code.matchAll(PROMISED)].map((match) => match[1]));
});
