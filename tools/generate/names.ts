import ts from 'typescript';
import { UsageError } from '../command-line';

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** Folders next to those of the contexts. */
const RESERVED = ['shared'];

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

/** @throws UsageError */
export function namesOf(what: 'context' | 'use case' | 'resource' | 'field', kebab: string): Names {
  if (!NAME.test(kebab))
    throw new UsageError(
      `'${kebab}' is not a valid name for a ${what}: write lower-case words with hyphens, such as 'settle-invoice'.`,
    );
  const names = spelled(kebab);
  if (what === 'context' && RESERVED.includes(kebab))
    throw new UsageError(`'${kebab}' is reserved: choose another context.`);
  if (ts.identifierToKeywordKind(ts.factory.createIdentifier(names.camel)) !== undefined)
    throw new UsageError(`'${kebab}' is a TypeScript keyword: choose another ${what}.`);
  return names;
}

/** A name that is checked already, or that no variable has. */
export function spelled(kebab: string): Names {
  const words = kebab.split('-');
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return { kebab, camel: pascal[0]!.toLowerCase() + pascal.slice(1), pascal, words: words.join(' ') };
}
