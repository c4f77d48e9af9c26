/** One transform for everything: TypeScript, and the ESM-only packages that Jest on Node 20 cannot require. */
const transform = {
  '^.+\\.(t|j)sx?$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    },
  ],
};
const esmOnlyPackages = ['@nestjs/', 'cookie/', 'jose/', 'uuid/', 'content-disposition/'];

/** @type {import('jest').Config['projects'][number]} */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  setupFilesAfterEnv: process.env.CI ? ['<rootDir>/test/support/retry-in-ci.ts'] : [],
  transform,
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnlyPackages.join('|')}))`],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
  testPathIgnorePatterns: ['/node_modules/', '/fixtures/', '/dist/'],
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/src/query-timing/dist/',
    '<rootDir>/.data/',
    '<rootDir>/.cache/',
  ],
};

const suite = (name, folders, more = {}) => ({
  ...common,
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.spec.ts`),
  ...more,
});

const withoutDatabase = { testPathIgnorePatterns: [...common.testPathIgnorePatterns, '\\.db\\.spec\\.ts$'] };

/** Suites that share one PostgreSQL, started for the run. */
const withDatabase = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

module.exports = {
  coverageProvider: 'v8',
  // The coverage that the library guarantees with its unit tests alone; measured with `--coverage`.
  // What runs in a browser is tested in one.
  collectCoverageFrom: [
    'src/query-timing/**/*.ts',
    // These run in a browser, which has separate tests, …
    '!src/query-timing/page/client/**',
    '!**/page-asset.ts',
    // … need PostgreSQL, so that they are tested in the suite database, …
    '!src/query-timing/explain/**',
    // … or are types, which do not run.
    '!src/query-timing/{model/server-statements,page/http,page/messages}.ts',
  ],
  coverageThreshold: { 'src/query-timing/': { lines: 95, branches: 94 } },
  coverageReporters: ['text-summary'],
  testTimeout: 120_000,
  projects: [
    suite('library', ['query-timing'], {
      testPathIgnorePatterns: [...withoutDatabase.testPathIgnorePatterns, '\\.fuzz\\.spec\\.ts$'],
    }),
    { ...suite('fuzz', []), testMatch: ['<rootDir>/test/query-timing/**/*.fuzz.spec.ts'] },
    suite('unit', ['domain', 'application', 'infrastructure'], withoutDatabase),
    suite('repository', ['tools', 'docs', 'deployments'], withoutDatabase),
    suite('pack', ['pack']),
    suite('maintainers', ['maintainers'], {
      testPathIgnorePatterns: [
        ...withoutDatabase.testPathIgnorePatterns,
        '<rootDir>/test/maintainers/(?:browser|compatibility|demo|image|servers)/',
      ],
    }),
    suite('compatibility', ['maintainers/compatibility'], {
      globalSetup: '<rootDir>/test/maintainers/compatibility/global-setup.ts',
      globalTeardown: '<rootDir>/test/maintainers/compatibility/global-teardown.ts',
    }),
    suite('browser', ['maintainers/browser'], withDatabase),
    suite('image', ['maintainers/image'], withDatabase),
    suite('servers', ['maintainers/servers'], withDatabase),
    suite('kubernetes', ['kubernetes']),
    suite('fork', ['fork']),
    suite('contract', ['contract'], withDatabase),
    suite('e2e', ['e2e'], {
      setupFilesAfterEnv: [...common.setupFilesAfterEnv, '<rootDir>/test/support/refusals/after-each-file.ts'],
      globalSetup: '<rootDir>/test/support/refusals/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/refusals/global-teardown.ts',
    }),
    suite('monitoring', ['monitoring'], { ...withDatabase, globalSetup: '<rootDir>/test/process/global-setup.ts' }),
    suite('demo', ['maintainers/demo'], { ...withDatabase, globalSetup: '<rootDir>/test/process/global-setup.ts' }),
    suite('process', ['process'], { ...withDatabase, globalSetup: '<rootDir>/test/process/global-setup.ts' }),
    {
      ...common,
      ...withDatabase,
      displayName: 'database',
      testMatch: ['<rootDir>/test/{infrastructure,development-database,docs,maintainers}/**/*.db.spec.ts'],
    },
    {
      ...common,
      ...withDatabase,
      displayName: 'library-database',
      testMatch: ['<rootDir>/test/query-timing/**/*.db.spec.ts'],
    },
  ],
};
