/**
 * A union or intersection as its parts, anything else as it is.
 *
 * @type {(type: import('typescript').Type) => import('typescript').Type[]}
 */
export const constituents = (type) => (type.isUnionOrIntersection() ? type.types.flatMap(constituents) : [type]);

const DECLARED_IN_NEVERTHROW = /[\\/]node_modules[\\/]neverthrow[\\/]/;

/**
 * Whether a type is neverthrow's class of this name, by its declaration: namesakes from elsewhere are not.
 *
 * @param {import('typescript').Type} type
 * @param {string} name
 */
export function isOfNeverthrow(type, name) {
  const symbol = type.getSymbol();
  return (
    symbol?.name === name &&
    (symbol.declarations ?? []).some((node) => DECLARED_IN_NEVERTHROW.test(node.getSourceFile().fileName))
  );
}
