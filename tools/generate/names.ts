import ts from 'typescript';

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** Folders and files that stand beside the contexts. */
const TAKEN = ['shared', 'index', 'feature'];

/** The arguments of the generator cannot be used; one line says why. */
export class BadName extends Error {}

export interface Names {
  /** As in folders and addresses: `settle-invoice`. */
  readonly kebab: string;
  /** As in variables: `settleInvoice`. */
  readonly camel: string;
  /** As in classes: `SettleInvoice`. */
  readonly pascal: string;
  /** As in sentences: `settle invoice`. */
  readonly words: string;
}

/** @throws BadName */
export function namesOf(what: 'context' | 'use case', kebab: string): Names {
  if (!NAME.test(kebab))
    throw new BadName(
      `'${kebab}' is no name for a ${what}: lower-case words with hyphens between them, such as 'settle-invoice'.`,
    );
  const words = kebab.split('-');
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  const camel = pascal[0]!.toLowerCase() + pascal.slice(1);
  if (what === 'context' && TAKEN.includes(kebab)) throw new BadName(`'${kebab}' is taken: choose another context.`);
  if (ts.identifierToKeywordKind(ts.factory.createIdentifier(camel)) !== undefined)
    throw new BadName(`'${kebab}' is a word of the language: choose another ${what}.`);
  return { kebab, camel, pascal, words: words.join(' ') };
}
