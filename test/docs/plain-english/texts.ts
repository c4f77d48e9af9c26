import ts from 'typescript';

/** A piece of a file that a person reads. As long as what it was taken from, so that places stay right. */
export interface Text {
  readonly start: number;
  readonly text: string;
}

export interface Name {
  readonly start: number;
  readonly name: string;
}

/** What begins a line without being a part of the sentence: the signs of comments, lists, quotes and tables. */
const LINE_STARTS = /(?<=^|\n)[ \t]*(?:\/\/+|\/\*+|\*+\/?|#+|>|\|)/g;
/** Where a link leads: a name of a file, not a sentence. */
const LINK_TARGETS = /\]\([^)\s]*\)/g;

const blank = (part: string): string => ' '.repeat(part.length);

const sentence = (text: string): string => text.replaceAll(LINE_STARTS, blank).replaceAll(LINK_TARGETS, blank);

/** A page, YAML, or a shell script: all of it. */
export function textsOfPlainFile(content: string): Text[] {
  return [{ start: 0, text: sentence(content) }];
}

const parse = (path: string, content: string): ts.SourceFile =>
  ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true);

function isLiteral(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

/** Names a module: the path is not a sentence. */
function isModuleName(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isExternalModuleReference(parent))
    return true;
  if (ts.isLiteralTypeNode(parent)) return ts.isImportTypeNode(parent.parent);
  if (!ts.isCallExpression(parent)) return false;
  return /^(?:import|require(?:\.resolve)?)$/.test(parent.expression.getText());
}

/** The comments, literals and regular expressions of a script. */
export function textsOfScript(path: string, content: string): Text[] {
  const literals: { start: number; end: number; read: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    if (isLiteral(node) || ts.isRegularExpressionLiteral(node)) {
      literals.push({ start: node.getStart(), end: node.end, read: !isModuleName(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(path, content));
  const texts: Text[] = [];
  let code = 0;
  for (const { start, end, read } of [...literals, { start: content.length, end: content.length, read: false }]) {
    texts.push(...commentsOf(content.slice(code, start), code));
    if (read) texts.push({ start, text: content.slice(start, end).replaceAll(/\\n/g, '  ') });
    code = end;
  }
  return texts;
}

/** Line comments that follow each other are one text. */
function commentsOf(code: string, offset: number): Text[] {
  const comments = code.matchAll(/\/\*[^]*?\*\/|\/\/.*(?:\n[ \t]*\/\/.*)*/g);
  return [...comments].map((comment) => ({ start: offset + comment.index, text: sentence(comment[0]) }));
}

/** The names that a script declares. Names that it only uses may be those of a library. */
export function namesOf(path: string, content: string): Name[] {
  const names: Name[] = [];
  const visit = (node: ts.Node): void => {
    const { name } = node as { name?: ts.Node };
    const takenFromElsewhere =
      ts.isImportSpecifier(node) ||
      ts.isPropertyAccessExpression(node) ||
      (ts.isBindingElement(node) && !node.propertyName);
    if (name && ts.isIdentifier(name) && !takenFromElsewhere) names.push({ start: name.getStart(), name: name.text });
    ts.forEachChild(node, visit);
  };
  visit(parse(path, content));
  return names;
}
