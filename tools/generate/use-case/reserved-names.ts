import { spelled } from '../names';
import { mentions, usedIdentifiers } from '../used-identifiers';
import { textsOf } from './texts';
import type { UseCase } from './use-case';

/** The names of a use case with this one all contain it. */
const PLACEHOLDER = spelled('qqq');

/** A name of the use case that one of the sources which mention it uses for something else. */
export function collidingName(useCase: UseCase): string | undefined {
  const { names } = useCase;
  const texts = Object.values(textsOf({ ...useCase, names: PLACEHOLDER }));
  return (['pascal', 'camel'] as const)
    .filter((form) => {
      const mentioning = texts.filter((text) => mentions(text, PLACEHOLDER[form]));
      return usedIdentifiers(mentioning, PLACEHOLDER.kebab).has(names[form]);
    })
    .map((form) => names[form])[0];
}
