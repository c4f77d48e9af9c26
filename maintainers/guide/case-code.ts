import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The body of `run` of a variant, from the source of the case. */
export function codeOf(caseName: string, variant: number): string {
  const path = join(__dirname, 'cases', `${caseName}.ts`);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const bodies: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'run' && ts.isArrowFunction(node.initializer)) {
      const { body } = node.initializer;
      const text = body.getFullText().replace(/^\s*\n/, '\n');
      bodies.push(ts.isBlock(body) ? text.trim().replace(/^\{\n?([^]*?)\s*\}$/, '$1') : text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const code = bodies[variant];
  if (code === undefined) throw new Error(`${path} has no variant ${variant + 1} with an arrow function for run.`);
  return dedent(code.replace(/^\n/, ''));
}

export function dedent(text: string): string {
  const lines = text.replace(/^\n/, '').trimEnd().split('\n');
  // A first line that follows other code on its line has lost its indentation.
  const indents = lines.filter((line) => line.trim()).map((line) => /^ */.exec(line)![0].length);
  const least = Math.min(...(indents[0] === 0 && indents.length > 1 ? indents.slice(1) : indents));
  return lines
    .map((line, index) => (index === 0 && indents[0] === 0 ? line : line.slice(least)))
    .join('\n')
    .trim();
}

const CLAUSES =
  /\s+(?=(?:FROM|LEFT JOIN|INNER JOIN|WHERE|GROUP BY|ORDER BY|LIMIT|OFFSET|SET|VALUES|ON CONFLICT|RETURNING) )/g;
const MAX_LINE = 116;
const MAX_LINES = 12;

/** A generated statement with one clause per line; long lists are cut. */
export function readableSql(sql: string): string {
  if (sql.includes('\n')) return dedent(sql);
  const lines = sql.split(CLAUSES).flatMap(wrapped);
  return lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES - 1), '  …'].join('\n') : lines.join('\n');
}

function wrapped(clause: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of clause.split(/(?<=, )/)) {
    if (line !== '' && line.length + part.length > MAX_LINE) {
      lines.push(line.trimEnd());
      line = '  ';
    }
    line += part;
    if (lines.length > 3) return [...lines.slice(0, 3), '  …'];
  }
  return [...lines, line.trimEnd()];
}
