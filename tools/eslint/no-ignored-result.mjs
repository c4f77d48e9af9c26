import ts from 'typescript';
import { constituents, isOfNeverthrow } from './neverthrow-types.mjs';

/**
 * Reports a neverthrow `Result` or `ResultAsync` that is computed and then dropped, and one whose truthiness is asked
 * (an object is always true, so `if (order.cancel())` does not check anything).
 *
 * A value counts when its type, or what awaiting it yields, is declared in the neverthrow package: aliases, unions,
 * promises, arrays and `Promise.all` of Results included, namesakes from elsewhere not. Needs type information.
 * A variable that is never read is the business of `no-unused-vars`.
 */

/** @typedef {any} Node of the syntax tree, with the kinds that typescript-eslint adds */

const RESULT_CLASSES = ['Ok', 'Err', 'ResultAsync'];
/** Types of the standard library that hold others; promises are awaited instead. */
const CARRIERS = new Set(['PromiseFulfilledResult', 'Array', 'ReadonlyArray']);

/** @param {ts.Type} type */
const isResult = (type) => RESULT_CLASSES.some((name) => isOfNeverthrow(type, name));

/** @param {ts.Type} type */
const isVoid = (type) => (type.flags & ts.TypeFlags.Void) !== 0;

/** `f() as T` is as ignored as `f()`. */
const TRANSPARENT = new Set(['AwaitExpression', 'ChainExpression', 'TSAsExpression', 'TSTypeAssertion']);

/**
 * The operands whose values are lost when the value of `node` is: the branches of `a ? b : c`, the end of `a && b`.
 *
 * @param {Node} node
 * @returns {Generator<Node>}
 */
function* valuesOf(node) {
  if (TRANSPARENT.has(node.type)) yield* valuesOf(node.expression ?? node.argument);
  else if (node.type === 'ConditionalExpression') {
    yield* valuesOf(node.consequent);
    yield* valuesOf(node.alternate);
  } else if (node.type === 'LogicalExpression') {
    if (node.operator !== '&&') yield* valuesOf(node.left);
    yield* valuesOf(node.right);
  } else if (node.type === 'SequenceExpression') yield* valuesOf(node.expressions.at(-1));
  else if (node.type !== 'AssignmentExpression') yield node;
}

/** @type {import('eslint').Rule.RuleModule} */
export const noIgnoredResult = {
  meta: {
    type: 'problem',
    docs: { description: 'Disallow ignoring a neverthrow Result' },
    schema: [],
    messages: {
      ignored: 'This Result is ignored: return it, match it, or unwrap it with a default.',
      ignoredByCaller: 'The Result that this callback returns is ignored by its caller.',
      uselessCheck: 'The return value of {{method}}() is ignored, and so is the Result.',
      alwaysTrue: 'A Result is an object and always true: ask isOk() or isErr().',
    },
  },

  create(context) {
    const services = context.sourceCode.parserServices;
    if (!services?.program) throw new Error('no-ignored-result needs type information (parserOptions.project)');
    /** @type {ts.TypeChecker} */
    const checker = services.program.getTypeChecker();

    /** @param {ts.Type} type */
    const concrete = (type) => checker.getBaseConstraintOfType(type) ?? type;
    /** @param {Node} node */
    const typeOf = (node) => concrete(services.getTypeAtLocation(node));

    /** @type {(type: ts.Type, depth?: number) => boolean} */
    const carriesResult = (type, depth = 0) =>
      constituents(concrete(type)).some((part) => {
        if (isResult(part)) return true;
        // The depth ends types that hold themselves, such as `type Nested = Nested[]`.
        if (depth > 3 || !(part.flags & ts.TypeFlags.Object)) return false;
        const carrier = checker.isTupleType(part) || CARRIERS.has(part.getSymbol()?.name ?? '');
        if (carrier) {
          const held = checker.getTypeArguments(/** @type {ts.TypeReference} */ (part));
          return held.some((argument) => carriesResult(argument, depth + 1));
        }
        const awaited = checker.getAwaitedType(part);
        return awaited !== undefined && awaited !== part && carriesResult(awaited, depth + 1);
      });

    /** @param {ts.Type} type */
    const returnsResult = (type) =>
      type.getCallSignatures().some((signature) => carriesResult(checker.getReturnTypeOfSignature(signature)));

    /** @param {Node} node */
    const reportIgnored = (node) => {
      for (const value of valuesOf(node)) {
        if (carriesResult(typeOf(value))) context.report({ node: value, messageId: 'ignored' });
        else reportUselessCheck(value);
      }
    };

    /** @param {Node} node */
    const reportUselessCheck = (node) => {
      if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
      const method = node.callee.property.name;
      if ((method === 'isOk' || method === 'isErr') && carriesResult(typeOf(node.callee.object))) {
        context.report({ node, messageId: 'uselessCheck', data: { method } });
      }
    };

    /** @param {Node} node */
    const reportAlwaysTrue = (node) => {
      const parts = constituents(typeOf(node));
      if (parts.every(isResult)) context.report({ node, messageId: 'alwaysTrue' });
    };

    /**
     * A function passed where the receiver ignores what it returns: `forEach((x) => f(x))`, `setTimeout(f)`.
     *
     * @param {Node} node
     */
    const reportIgnoringReceiver = (node) => {
      const expected = checker.getContextualType(services.esTreeNodeToTSNodeMap.get(node));
      const returned = (expected ? constituents(expected) : [])
        .flatMap((part) => part.getCallSignatures())
        .map((signature) => checker.getReturnTypeOfSignature(signature));
      const ignores =
        returned.some((type) => constituents(type).some(isVoid)) && !returned.some((a) => carriesResult(a));
      if (ignores && returnsResult(typeOf(node))) {
        const hasExpressionBody = node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement';
        context.report({ node: hasExpressionBody ? node.body : node, messageId: 'ignoredByCaller' });
      }
    };

    /** @param {readonly Node[]} nodes */
    const reportReferences = (nodes) => {
      for (const node of nodes) {
        if (node.type === 'Identifier' || node.type === 'MemberExpression') reportIgnoringReceiver(node);
      }
    };

    return /** @type {Record<string, (node: Node) => void>} */ ({
      ExpressionStatement: (node) => reportIgnored(node.expression),
      'UnaryExpression[operator="void"]': (node) => reportIgnored(node.argument),
      SequenceExpression: (node) => node.expressions.slice(0, -1).forEach(reportIgnored),
      ForStatement(node) {
        for (const part of [node.init, node.update]) {
          if (part && part.type !== 'VariableDeclaration') reportIgnored(part);
        }
        if (node.test) reportAlwaysTrue(node.test);
      },

      ArrowFunctionExpression: reportIgnoringReceiver,
      FunctionExpression: reportIgnoringReceiver,
      CallExpression: (node) => reportReferences(node.arguments),
      NewExpression: (node) => reportReferences(node.arguments),
      'ObjectExpression > Property': (node) => reportReferences([node.value]),

      ':matches(IfStatement, WhileStatement, DoWhileStatement, ConditionalExpression)': (node) =>
        reportAlwaysTrue(node.test),
      'UnaryExpression[operator="!"]': (node) => reportAlwaysTrue(node.argument),
      'LogicalExpression[operator=/^(&&|[|]{2})$/]': (node) => reportAlwaysTrue(node.left),
    });
  },
};
