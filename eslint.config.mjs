import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

import { awaitBeforeYield } from './tools/eslint/await-before-yield.mjs';
import { noIgnoredResult } from './tools/eslint/no-ignored-result.mjs';

/** What the lint says must be true of the project; what Prettier can format is left to Prettier. */

const sayWhy = (selectors, message) => selectors.map((selector) => ({ selector, message }));

const focusedOrSkipped = sayWhy(
  [
    'MemberExpression[object.name=/^(it|test|describe)$/]:matches([property.name=/^(only|todo|failing)$/], [property.value=/^(only|todo|failing)$/])',
    // `isRoot ? it : it.skip` says when, and is left.
    'MemberExpression[object.name=/^(it|test|describe)$/]:matches([property.name="skip"], [property.value="skip"]):not(ConditionalExpression > .consequent, ConditionalExpression > .alternate)',
    'CallExpression[callee.name=/^(fit|fdescribe|xit|xtest|xdescribe)$/]',
    'MemberExpression[object.name=/^(fit|fdescribe|xit|xtest|xdescribe)$/]',
  ],
  'A focused or skipped test hides what is broken: run it or delete it.',
);

const clockOrRandomness = sayWhy(
  [
    'NewExpression[callee.name="Date"][arguments.length=0]',
    'CallExpression[callee.name="Date"]',
    'MemberExpression[object.name="Date"][property.name="now"]',
    'MemberExpression[object.name="Math"][property.name="random"]',
  ],
  'Time and chance are arguments of the domain: let the caller pass them in.',
);

const CHAIN = 'CallExpression[callee.property.name=/^(asyncAndThen|andThen|orElse)$/]';
const nestedChains = sayWhy(
  [`${CHAIN} > :matches(ArrowFunctionExpression, FunctionExpression).arguments ${CHAIN}`],
  'A chain in a chain hides where it ends: write the steps with safeTry and yield*.',
);

const IN_A_SAFE_TRY = 'CallExpression[callee.name="safeTry"]';
const dropped = sayWhy(
  [
    `${IN_A_SAFE_TRY} TryStatement[finalizer] > BlockStatement.block YieldExpression[delegate=true]`,
    `${IN_A_SAFE_TRY} VariableDeclaration[kind=/using$/]`,
  ],
  'At an Err, safeTry drops its generator and no `finally` in it runs: release what is held outside of safeTry.',
);

/** What fake timers replace. */
const REPLACED_IN_TESTS = [
  'Date',
  'performance',
  'queueMicrotask',
  ...['setTimeout', 'setInterval', 'setImmediate'],
  ...['clearTimeout', 'clearInterval', 'clearImmediate'],
];
const BOUND_GLOBALS = 'Tests replace it: import what globals.ts has bound, or bind it there.';

export default defineConfig(
  {
    ignores: [
      ...['**/fixtures/**', '**/dist/**', '**/coverage/**', '.data/**', '.cache/**'],
      // It is generated.
      'src/query-timing/page/page-asset.ts',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    name: 'every file',
    files: ['**/*.{ts,js,mjs,cjs}'],
    extends: [tseslint.configs.eslintRecommended, tseslint.configs.base],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-assignment': 'error',
      'object-shorthand': 'error',
      'preserve-caught-error': 'error',
    },
  },

  {
    name: 'TypeScript, with its types',
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { local: { rules: { 'no-ignored-result': noIgnoredResult, 'await-before-yield': awaitBeforeYield } } },
    // The nearest tsconfig.json: one program for everything costs a sixth less than the project service.
    languageOptions: { parserOptions: { project: true } },
    rules: {
      'local/no-ignored-result': 'error',
      'local/await-before-yield': 'error',
      // Leaves files with decorators alone, where Nest reads the imported classes at run time.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // No pattern for unused variables: a Result that is assigned and never read is an ignored Result.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Fakes and adapters are async because their port is.
      '@typescript-eslint/require-await': 'off',
    },
  },

  {
    name: 'the service and the library',
    files: ['src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    name: 'what speaks to a terminal, or before there is a logger',
    files: ['src/main.ts', 'src/migrate.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'what wraps the methods of drivers',
    files: ['src/query-timing/probes/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },

  {
    name: 'the library, whose queries must not notice the fake timers of a test',
    files: ['src/query-timing/**/*.ts'],
    ignores: ['src/query-timing/globals.ts', 'src/query-timing/page/client/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          globals: REPLACED_IN_TESTS.map((name) => ({ name, message: BOUND_GLOBALS })),
          checkGlobalObject: true,
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ regex: '^(node:)?(perf_hooks|timers|timers/promises|process)$', message: BOUND_GLOBALS }],
        },
      ],
      'no-restricted-properties': [
        'error',
        ...['hrtime', 'nextTick'].map((property) => ({ object: 'process', property, message: BOUND_GLOBALS })),
        ...['stringify', 'parse'].map((property) => ({ object: 'JSON', property, message: BOUND_GLOBALS })),
      ],
    },
  },

  {
    name: 'what uses the library from its sources',
    files: ['{src,test,tools,maintainers}/**/*.ts'],
    ignores: ['src/query-timing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(\\.{1,2}/)+(src/)?query-timing$',
              message:
                'Import query-timing/index: the folder itself stands for what its package.json names, the last build.',
            },
          ],
        },
      ],
    },
  },
  {
    name: 'layers with a public face',
    files: ['src/{domain,application}/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-restricted-syntax': ['error', ...nestedChains, ...dropped],
    },
  },
  {
    name: 'domain',
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...nestedChains, ...dropped, ...clockOrRandomness],
      'no-restricted-globals': ['error', 'crypto', 'performance', 'process', 'setInterval', 'setTimeout', 'fetch'],
    },
  },
  {
    name: 'application',
    files: ['src/application/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@nestjs/common',
              allowImportNames: ['Injectable'],
              message: 'A use case needs nothing of Nest but Injectable.',
            },
          ],
          patterns: ['@nestjs/common/**'],
        },
      ],
    },
  },

  {
    name: 'tests and tools',
    files: ['{test,tools,maintainers}/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...focusedOrSkipped],
      // Responses of a server and rows of a database are untyped; the assertion is the check.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
