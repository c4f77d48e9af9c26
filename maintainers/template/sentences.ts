/** `[text](link)`, with its text and its target. */
export const LINK = /\[([^\]]*)\]\(([^)\s]+)\)/g;

/** Whether a link leads to something that the service does not have. */
export type LeadsNowhere = (link: string) => boolean;

export const hasBrokenLink = (text: string, leadsNowhere: LeadsNowhere): boolean =>
  [...text.matchAll(LINK)].some((match) => leadsNowhere(match[2]!));

/**
 * The text without its broken links: without the remark in parentheses, else without the item of a list on one line, else
 * without the sentence, together with those that refer to it.
 * @returns undefined when nothing is left
 */
export function withoutBrokenLinks(text: string, leadsNowhere: LeadsNowhere): string | undefined {
  const isBroken = (part: string): boolean => hasBrokenLink(part, leadsNowhere);
  const remarked = text.replaceAll(REMARK, (remark) => (isBroken(remark) ? '' : remark));
  const listed = isBroken(remarked) && remarked.includes(' ·') ? withoutItems(remarked, isBroken) : remarked;
  return isBroken(listed) ? withoutSentences(listed, isBroken) : listed || undefined;
}

/** `(see [there](…))` with the blank before it. */
const REMARK = /\s+\((?:[^()]|\]\([^)]*\))*\)/g;

/** `**Title:** [one](…) · [other](…)` */
function withoutItems(text: string, isBroken: (part: string) => boolean): string {
  const title = /^\*\*[^*]+\*\* /.exec(text)?.[0] ?? '';
  const items = text.slice(title.length).split(/ ·\s+/);
  const left = items.filter((item) => !isBroken(item));
  return left.length === 0 ? '' : `${title}${left.join(' · ')}`;
}

/**
 * The row of a table without the broken links of lists in its cells.
 * @returns undefined when a cell has nothing else
 */
export function rowWithoutBrokenLinks(row: string, leadsNowhere: LeadsNowhere): string | undefined {
  const isBroken = (part: string): boolean => hasBrokenLink(part, leadsNowhere);
  const cells = row.split(' | ').map((cell) => {
    const items = cell.split(/, (?=\[)/);
    return items.length > 1 ? items.filter((item) => !isBroken(item)).join(', ') : cell;
  });
  return cells.some((cell) => isBroken(cell) || cell === '') ? undefined : cells.join(' | ');
}

/** A sentence that begins like this continues the one before it. */
const REFERS = /^(?:It|Its|They|Their|This|These|That|Those|Both|Each|Then|There|The same)\b/;

function withoutSentences(text: string, isBroken: (part: string) => boolean): string | undefined {
  const marker = /^\s*(?:[-*]|\d+\.) /.exec(text)?.[0] ?? '';
  let isRemoved = false;
  const left = sentencesOf(text.slice(marker.length)).filter((sentence) => {
    isRemoved = isBroken(sentence) || (isRemoved && REFERS.test(sentence));
    return !isRemoved;
  });
  const whole = left.join('').trimEnd();
  return whole === '' ? undefined : `${marker}${whole}`;
}

/** @returns undefined when there is one only */
export const withoutLastSentence = (text: string): string | undefined =>
  sentencesOf(text).slice(0, -1).join('').trimEnd() || undefined;

/** With the blanks after them. A full stop in code ends none. */
function sentencesOf(text: string): string[] {
  const ends = [...text.matchAll(/[.!?][)*"”]*\s+(?=[A-Z[`*(])/g)].map(({ index, 0: end }) => index + end.length);
  const isInCode = (at: number): boolean => text.slice(0, at).split('`').length % 2 === 0;
  const bounds = [0, ...ends.filter((end) => !isInCode(end)), text.length];
  return bounds.slice(1).map((end, index) => text.slice(bounds[index], end));
}
