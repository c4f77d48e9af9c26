/** Of the last word of a name. Regular ones need no entry. */
const irregular: Readonly<Record<string, string>> = {
  child: 'children',
  criterion: 'criteria',
  datum: 'data',
  foot: 'feet',
  goose: 'geese',
  half: 'halves',
  knife: 'knives',
  leaf: 'leaves',
  life: 'lives',
  man: 'men',
  medium: 'media',
  mouse: 'mice',
  ox: 'oxen',
  person: 'people',
  quiz: 'quizzes',
  shelf: 'shelves',
  thief: 'thieves',
  tooth: 'teeth',
  wife: 'wives',
  wolf: 'wolves',
  woman: 'women',
  ...Object.fromEntries(
    ['echo', 'hero', 'potato', 'tomato', 'torpedo', 'veto'].map((word) => [word, `${word}es`] as const),
  ),
};

/** They are the same in the plural, or have none. */
const invariable = new Set([
  ...['advice', 'aircraft', 'cash', 'deer', 'equipment', 'evidence', 'feedback', 'fish', 'furniture', 'hardware'],
  ...['homework', 'information', 'knowledge', 'luggage', 'means', 'metadata', 'money', 'music', 'news', 'offspring'],
  ...['research', 'rice', 'series', 'sheep', 'software', 'species', 'staff', 'stuff', 'traffic'],
]);

const rules: readonly (readonly [RegExp, string])[] = [
  [/([^aeiou])y$/, '$1ies'],
  [/([aeiou]t|[bcdfghklmnpqrstvwxz])is$/, '$1es'],
  [/(s|x|z|ch|sh)$/, '$1es'],
  [/$/, 's'],
];

/** Words that end in s and are singular: status, address, analysis, lens. */
const singularInS = /(?:ss|us|is|as|os|lens)$/;

/**
 * The plural of a name: `payment-method` has `payment-methods`.
 * @returns undefined when the name has no plural, or looks like one
 */
export function pluralOf(kebab: string): string | undefined {
  const words = kebab.split('-');
  const last = words.pop()!;
  if (invariable.has(last) || Object.values(irregular).includes(last)) return undefined;
  if (last.endsWith('s') && !singularInS.test(last)) return undefined;
  const [pattern, ending] = rules.find(([ruled]) => ruled.test(last))!;
  const plural = Object.hasOwn(irregular, last) ? irregular[last]! : last.replace(pattern, ending);
  return [...words, plural].join('-');
}

/** Endings before which a plural has `es`; before any other it has `s`: caches, houses, licenses. */
const singulars: readonly (readonly [RegExp, string])[] = [
  [/([^aeiou])ies$/, '$1y'],
  [/(x|ss|sh|zz|(?:[tnr]|oa)ch|(?<![ao])us)es$/, '$1'],
  [/s$/, ''],
];

/** `invoice` of `invoices`; a name that is no plural as it is. */
export function singularOf(plural: string): string {
  if (pluralOf(plural) !== undefined) return plural;
  const words = plural.split('-');
  const last = words.pop()!;
  const candidates = [
    ...Object.keys(irregular).filter((name) => irregular[name] === last),
    ...singulars.filter(([ending]) => ending.test(last)).map(([ending, end]) => last.replace(ending, end)),
  ];
  const singular = candidates.find((name) => pluralOf(name) === last);
  return singular === undefined ? plural : [...words, singular].join('-');
}
