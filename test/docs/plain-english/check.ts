import { namesOf, textsOfPlainFile, textsOfScript } from './texts';
import { nameParts, words } from './words';

export interface Finding {
  readonly line: number;
  readonly found: string;
  readonly write: string;
}

const SCRIPT = /\.(?:[cm]?[jt]s)$/;

/** Every word of the list in what a person reads of this file, in order. */
export function findingsIn(path: string, content: string): Finding[] {
  const script = SCRIPT.test(path);
  const texts = script ? textsOfScript(path, content) : textsOfPlainFile(content);
  const places = texts.flatMap(({ start, text }) =>
    words.flatMap(({ pattern, write }) =>
      [...text.matchAll(pattern)].map((match) => ({ at: start + match.index, found: match[0], write })),
    ),
  );
  if (script) places.push(...namesOf(path, content).flatMap(partsOfName));
  const starts = lineStartsOf(content);
  return places
    .sort((one, other) => one.at - other.at)
    .map(({ at, found, write }) => ({
      line: starts.findLastIndex((start) => start <= at) + 1,
      found: found.replaceAll(/\s+/g, ' '),
      write,
    }));
}

function partsOfName({ start, name }: { start: number; name: string }): { at: number; found: string; write: string }[] {
  const parts = name.split(/_|(?<=[a-z\d])(?=[A-Z])/);
  return parts.flatMap((part) => {
    const write = nameParts.get(part) ?? nameParts.get(part.toLowerCase());
    return write === undefined ? [] : [{ at: start, found: name, write: `${part}: ${write}` }];
  });
}

function lineStartsOf(content: string): number[] {
  return [0, ...[...content.matchAll(/\n/g)].map((match) => match.index + 1)];
}
