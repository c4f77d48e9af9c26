/**
 * Who may import what. Type imports count: a layer depends on what it mentions. For each rule there is a tree of the same
 * name in test/tools/fixtures/architecture that must fail it.
 */

const anyOf = (...packages) => `(^|/)node_modules/(${packages.join('|')})/`;
const queryTimingPeers = [
  'typeorm',
  'prom-client',
  '@nestjs/common',
  '@nestjs/core',
  '@opentelemetry/api',
  '@opentelemetry/sdk-metrics',
  '@willsoto/nestjs-prometheus',
  'rxjs',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'domain-imports-neverthrow-only',
      comment: 'The domain is pure: it depends on no framework, no database, no clock, and no layer above it.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', anyOf('neverthrow')] },
    },
    {
      name: 'application-imports-domain-and-neverthrow-only',
      comment:
        'A use case depends on the domain and its ports. Of @nestjs/common it imports only Injectable; a lint rule checks that.',
      severity: 'error',
      from: { path: '^src/application/' },
      to: { pathNot: ['^src/(application|domain)/', anyOf('neverthrow', '@nestjs/common')] },
    },
    {
      name: 'http-never-imports-database',
      comment: 'What HTTP needs of the database, it gets through a port of the application.',
      severity: 'error',
      from: { path: '^src/infrastructure/http/' },
      to: { path: '^src/infrastructure/database/' },
    },
    {
      name: 'database-never-imports-http',
      comment: 'The database code is independent of the protocol.',
      severity: 'error',
      from: { path: '^src/infrastructure/database/' },
      to: { path: '^src/infrastructure/http/' },
    },
    {
      name: 'query-timing-imports-its-peers-only',
      comment: 'The library is published alone: nothing of the service, and no package that its users did not choose.',
      severity: 'error',
      // The page in the browser is one file with all that it needs.
      from: { path: '^src/query-timing/', pathNot: '^src/query-timing/page/client/' },
      to: { pathNot: ['^src/query-timing/', anyOf(...queryTimingPeers)], dependencyTypesNot: ['core'] },
    },
    {
      name: 'query-timing-is-imported-through-its-index',
      comment:
        'The service uses the library as any other user would. It imports the index by its path: under its package name ' +
        'the library would have to be built before the service.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/query-timing/' },
      to: { path: '^src/query-timing/', pathNot: '^src/query-timing/index\\.ts$' },
    },
    {
      name: 'query-timing-core-needs-typeorm-only',
      comment:
        'Users without Nest and without Prometheus import core.ts: nothing on its way may need either. (prom-client and the ' +
        'API of OpenTelemetry are asked for at run time, by the function that needs it; the pack suite runs core.ts without it.)',
      severity: 'error',
      from: { path: '^src/query-timing/core\\.ts$' },
      to: { path: '(^|/)node_modules/(?!(?:typeorm|prom-client|@opentelemetry/api)/)', reachable: true },
    },
    {
      name: 'the-page-imports-little-of-the-library',
      comment:
        'It runs in a browser: of the library it knows what it gets, as types, and what it forgets as the library does.',
      severity: 'error',
      from: { path: '^src/query-timing/page/client/' },
      to: {
        pathNot: ['^src/query-timing/page/(client/|messages\\.ts$|least-missed\\.ts$)', anyOf('uplot')],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'src-never-imports-tests-or-tools',
      comment: 'They do not exist where the service runs.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|tools|maintainers|development-database)/' },
    },
    {
      name: 'forks-never-import-maintainers',
      comment: 'A service that was made from the template has no maintainers folder, and no tests of it.',
      severity: 'error',
      from: { path: '^(tools|test)/', pathNot: '^test/(maintainers|fork)/' },
      to: { path: '^(maintainers|test/(maintainers|fork))/' },
    },
    {
      name: 'src-imports-production-dependencies-only',
      comment: 'A package that is in devDependencies, or in no manifest, is missing after npm ci --omit=dev.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/query-timing/page/client/' },
      // An optional peer is listed twice in its manifest, and counts as npm-peer and npm-no-pkg.
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-circular-imports',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circular-folders',
      comment:
        'Two folders that need each other are one folder, or lack a third. A folder and its subfolders may import each other.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src(/|$)' },
      to: { circular: true },
    },
    {
      name: 'no-unresolvable-imports',
      comment:
        'The other rules cannot check an import that is not found. What runs in a browser only may need packages that a command installs.',
      severity: 'error',
      from: { pathNot: '^maintainers/.+/page/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(src/query-timing/)?dist/', '^test/.*/fixtures/'] },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
