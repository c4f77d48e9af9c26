import { specifierFor } from '../../edits/source';
import type { Field } from './field';

/** `import … from` a file, or nothing when no name is imported. A name that begins with `type ` is imported as a type. */
export function importOf(from: string, to: string, ...names: (string | false | undefined)[]): string {
  const used = names.filter((name): name is string => typeof name === 'string').sort(byName);
  if (used.length === 0) return '';
  const module = to.endsWith('.ts') ? specifierFor(from, to) : to;
  const onlyTypes = used.every((name) => name.startsWith('type '));
  const list = used.map((name) => (onlyTypes ? name.slice('type '.length) : name)).join(', ');
  return `import ${onlyTypes ? 'type ' : ''}{ ${list} } from '${module}';\n`;
}

/** Values first, then types, both by name. */
const sortKey = (name: string): string => (name.startsWith('type ') ? `1${name.slice(5)}` : `0${name}`).toLowerCase();
const byName = (one: string, other: string): number => (sortKey(one) < sortKey(other) ? -1 : 1);

/** One line per item. */
export const lines = <T>(items: readonly T[], text: (item: T) => string): string => items.map(text).join('\n');

export const isMoney = ({ types }: Field): boolean => types.aggregate === 'Money';
export const hasMoney = (fields: readonly Field[]): boolean => fields.some(isMoney);

/** `readonly note?: string;` for each field. */
export const members = (fields: readonly Field[], of: keyof Field['types']): string =>
  lines(fields, ({ name, optional, types }) => `readonly ${name}${optional ? '?' : ''}: ${types[of]};`);

export const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** Why `Money.of` refuses an amount. */
export const MONEY_ERRORS = ['InvalidAmount', 'InvalidCurrency'] as const;
