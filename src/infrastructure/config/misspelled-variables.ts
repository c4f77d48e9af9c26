import { environmentSchema } from './environment';

const names = Object.keys(environmentSchema.shape);
const known = new Set(names);

/** Names that are shorter have too many words as neighbours: `HOST` and `POST`. */
const MIN_LENGTH = 8;
/** From this length on, two mistakes are more likely than another word. */
const LENGTH_FOR_TWO = 14;

/** The unit at the end of a name, ours or another one. */
const UNIT = /_(?:MS|MILLISECONDS|S|SEC|SECS|SECONDS|MINUTES|HOURS|BYTES)$/;

/**
 * Variables that are set and not read, because their names are nearly those of variables that are not set: other letters,
 * letters in another case, another underscore or unit. One line for each; the values may be secrets, and are left out.
 *
 * @param variables an environment; an empty value counts as unset
 */
export function misspelledVariables(variables: Readonly<Record<string, string | undefined>>): string[] {
  // A variable that is set was not misspelled: the other one is that of another program.
  const unset = names.filter((name) => !variables[name] && name.length >= MIN_LENGTH);
  return Object.keys(variables)
    .filter((given) => variables[given] && !known.has(given))
    .flatMap((given) => {
      const meant = unset.find((name) => isNear(given.toUpperCase(), name));
      return meant ? [`${given} is not a variable of the service, and is not used: ${meant} is.`] : [];
    });
}

function isNear(given: string, name: string): boolean {
  if (withoutUnit(given) === withoutUnit(name)) return true;
  const limit = name.length < LENGTH_FOR_TWO ? 1 : 2;
  return Math.abs(given.length - name.length) <= limit && distance(given, name) <= limit;
}

const withoutUnit = (name: string): string => name.replace(UNIT, '').replaceAll('_', '');

/** How many letters are wrong, missing, too many, or swapped with the next one (the optimal string alignment distance). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const [above, before] = [rows[row - 1]!, rows[row - 2]];
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (isSame ? 0 : 1));
      const isSwapped = before && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (isSwapped) least = Math.min(least, before[column - 2]! + 1);
      current.push(least);
    }
    rows.push(current);
  }
  return rows[one.length]![other.length]!;
}
