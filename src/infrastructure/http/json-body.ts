import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { parse as findErrors, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { httpProblem } from './http-problems';
import { ProblemError, type ProblemSketch } from './problem';

/** An escape that may be half of a surrogate pair. Few bodies contain one. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads JSON bodies and refuses, with the place of the mistake, what would be stored as something else: bytes that are not
 * UTF-8 and halves of surrogate pairs would become U+FFFD, and of two members with one name only the last would remain, where a proxy
 * may have checked the first. A body of no bytes is no body.
 */
export function readJsonBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    if (isCoded(request.headers['content-encoding'])) return done(new ProblemError(codedBody));
    if (!isUtf8(bytes as Buffer)) return done(malformed('The body is not valid UTF-8.'));
    const text = bytes.toString();
    void parseJson(request, text, (error, value) => {
      if (error) done(malformed(mistakeIn(text)));
      else if (SURROGATE_ESCAPE.test(text) && !isWellFormed(value)) {
        done(malformed('A string of the body contains half of a surrogate pair.'));
      } else if (namesIn(text) > membersOf(value)) {
        done(malformed('An object of the body has a name twice.'));
      } else done(null, value);
    });
  });
}

/** RFC 9110, 15.5.16: a 415 because of the coding says which are accepted. */
const codedBody: ProblemSketch = {
  ...httpProblem(415),
  detail: 'The body must not be compressed: send it without Content-Encoding.',
  headers: { 'accept-encoding': 'identity' },
};

const isCoded = (coding: string | undefined): boolean => coding !== undefined && coding.toLowerCase() !== 'identity';

function malformed(detail: string): ProblemError {
  return new ProblemError({ ...httpProblem(400), detail });
}

/** Where JSON is broken. Without a mistake in the syntax, it is a name that could change prototypes. */
function mistakeIn(text: string): string {
  const errors: ParseError[] = [];
  try {
    findErrors(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // It calls itself for each level, until there is no room for a further call.
    return 'The body is not valid JSON, and nested too deeply to find the mistake.';
  }
  const [first] = errors;
  if (!first) return 'The body contains a name that is not allowed: __proto__, or constructor with a prototype.';
  const before = text.slice(0, first.offset).split('\n');
  const what = printParseErrorCode(first.error).replaceAll(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `The body is not valid JSON at line ${before.length}, column ${before.at(-1)!.length + 1}: ${what}.`;
}

/** Not recursive: a body can have more levels than there is room for calls. */
function isWellFormed(body: unknown): boolean {
  const left = [body];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string' && LONE_SURROGATE.test(value)) return false;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, item] of Object.entries(value)) left.push(name, item);
  }
  return true;
}

/** How many members all objects have, by the text: strings before a colon. The text is valid JSON. */
function namesIn(text: string): number {
  let names = 0;
  for (let start = text.indexOf('"'); start >= 0;) {
    const end = endOfString(text, start);
    let next = end + 1;
    while (' \n\r\t'.includes(text[next] ?? '.')) next += 1;
    if (text[next] === ':') names += 1;
    start = text.indexOf('"', next);
  }
  return names;
}

/** The first quotation mark after the start that is not escaped: with an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text[first - 1] === '\\') first -= 1;
    if ((end - first) % 2 === 0) return end;
  }
}

/** How many members all objects have that were read. */
function membersOf(body: unknown): number {
  let members = 0;
  const left = [body];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    const items: unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (items !== value) members += items.length;
    for (const item of items) left.push(item);
  }
  return members;
}
