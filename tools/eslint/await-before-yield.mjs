import { constituents, isOfNeverthrow } from './neverthrow-types.mjs';

/**
 * Reports `yield* step()` of a neverthrow `ResultAsync`, and makes it `yield* await step()`. Both mean the same; the
 * first goes through an async iterator that neverthrow's package spells out by hand, and costs more than twice as much
 * (ADR-019). Needs type information.
 */

/** @typedef {any} Node of the syntax tree, with the kinds that typescript-eslint adds */

/** @type {import('eslint').Rule.RuleModule} */
export const awaitBeforeYield = {
  meta: {
    type: 'suggestion',
    docs: { description: 'Await a ResultAsync before its value is asked for by yield*' },
    fixable: 'code',
    schema: [],
    messages: { await: 'Await it first, as in `yield* await …`: without, it costs more than twice as much.' },
  },

  create(context) {
    const services = context.sourceCode.parserServices;
    if (!services?.program) throw new Error('await-before-yield needs type information (parserOptions.project)');

    return {
      'YieldExpression[delegate=true]'(/** @type {Node} */ { argument }) {
        const types = constituents(services.getTypeAtLocation(argument));
        if (!types.some((type) => isOfNeverthrow(type, 'ResultAsync'))) return;
        context.report({
          node: argument,
          messageId: 'await',
          fix: (fixer) => {
            // What binds less tightly than `await` must keep together.
            const alone = ['CallExpression', 'MemberExpression', 'Identifier', 'NewExpression'].includes(argument.type);
            return alone
              ? fixer.insertTextBefore(argument, 'await ')
              : fixer.replaceText(argument, `await (${context.sourceCode.getText(argument)})`);
          },
        });
      },
    };
  },
};
