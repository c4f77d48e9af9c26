import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * The lines of a file that are marked with a comment, as in `// line: name`.
 * @returns a function that returns the start of a caller, such as `test/some.spec.ts:42:`
 */
export function markedLines(file: string): (name: string) => string {
  const lines = readFileSync(file, 'utf8').split('\n');
  return (name) => {
    const index = lines.findIndex((line) => line.endsWith(`// line: ${name}`));
    if (index < 0) throw new Error(`No line is marked ${name}`);
    return `${relative(process.cwd(), file)}:${index + 1}:`;
  };
}
