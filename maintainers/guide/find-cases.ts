import type { GuideCase } from './guide-case';

/** `In()` and `in` are the same word; so are `count(*)` and `COUNT( * )`. */
const normalized = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, '').replace(/\(\)$/, '');
const wordsOf = (text: string): string[] => text.split(/[^\w*()@>:'+-]+/).map(normalized);

/** The cases with this keyword; without any, those with the word in a keyword or in the title. */
export function findCases(cases: readonly GuideCase[], query: string): GuideCase[] {
  const wanted = normalized(query);
  const exact = cases.filter(({ keywords, name }) => [...keywords, name].some((text) => normalized(text) === wanted));
  if (exact.length > 0) return exact;
  return cases.filter(({ keywords, title }) => [...keywords, title].some((text) => wordsOf(text).includes(wanted)));
}

const MAX_SUGGESTIONS = 5;
const MIN_SIMILARITY = 0.3;

/** The keywords most similar to a query that finds nothing. */
export function suggestionsFor(cases: readonly GuideCase[], query: string): string[] {
  const all = [...new Set(cases.flatMap(({ keywords }) => keywords))];
  return all
    .map((keyword) => ({ keyword, score: similarity(normalized(query), normalized(keyword)) }))
    .filter(({ score }) => score >= MIN_SIMILARITY)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ keyword }) => keyword);
}

/** The share of letter pairs that two words have in common. */
function similarity(one: string, other: string): number {
  const [pairs, otherPairs] = [pairsOf(one), pairsOf(other)];
  const common = [...pairs].filter((pair) => otherPairs.has(pair)).length;
  return (2 * common) / Math.max(1, pairs.size + otherPairs.size);
}

const pairsOf = (text: string): Set<string> =>
  new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => text.slice(index, index + 2)));
