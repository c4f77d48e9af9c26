import { mentions, usedIdentifiers } from '../used-identifiers';
import { resourceNames } from './names';
import type { Resource } from './paths';
import { resourceOf, textsOf } from './texts';

/** Their own names are in the texts only with this word, so every other identifier is one that a resource cannot have. */
const PLACEHOLDER = 'qqq';
const placeholders = resourceNames(`${PLACEHOLDER}-context`, PLACEHOLDER);

/** @returns one line per name of the resource that one of the sources which mention it uses for something else */
export function collidingNames({ names: { one, many, context } }: Resource): string[] {
  const texts = Object.values(textsOf(resourceOf(placeholders, 'a:money,b:text,c:timestamp?,d:enum(e|f),g:uuid')));
  const isUsed = (name: string, placeholder: string): boolean => {
    const mentioning = texts.filter((text) => mentions(text, placeholder));
    return usedIdentifiers(mentioning, PLACEHOLDER).has(name);
  };
  const derived = [
    [one.pascal, placeholders.one.pascal],
    [one.camel, placeholders.one.camel],
    [many.pascal, placeholders.many.pascal],
    [many.camel, placeholders.many.camel],
    [`${context.camel}Problems`, `${placeholders.context.camel}Problems`],
  ] as const;
  const taken = derived.find(([name, placeholder]) => isUsed(name, placeholder))?.[0];
  if (taken === undefined) return [];
  return [
    `'${one.kebab}' is reserved: the sources of a resource use ${taken} for something else. Choose another name, such as ` +
      `'${context.kebab}-${one.kebab}'.`,
  ];
}
