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
