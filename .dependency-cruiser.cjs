// What may import what: docs/adr/0001 and the tour in the README say why.
// Libraries are listed from the bottom up: each may import only libraries of the layers below it.
const layers = [
  ['config', 'contracts', 'redis', 'pagination', 'migrations'],
  ['locks', 'cache', 'rate-limit'],
  ['service'],
  ['messaging', 'auth'],
];

const libraryPath = (names) => `^libs/(${names.join('|')})/`;

/** A library may import none of its own layer's neighbours and nothing from a layer above. */
const layerRules = layers.flatMap((layer, depth) =>
  layer.map((library) => ({
    name: `layer-of-${library}`,
    comment: `libs/${library} may import only the libraries below it.`,
    severity: 'error',
    from: { path: `^libs/${library}/src/` },
    to: {
      path: libraryPath(
        layers
          .slice(depth)
          .flat()
          .filter((other) => other !== library),
      ),
    },
  })),
);

/** Installed by outsiders: may not lean on what is made for this platform alone. */
const publicLibraries = [
  'redis',
  'locks',
  'cache',
  'rate-limit',
  'messaging',
  'migrations',
  'pagination',
];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-app-to-app',
      comment: 'Services talk by messages; what they share is a library.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-lib-to-app',
      severity: 'error',
      from: { path: '^(libs|tools)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-testing-in-production',
      comment: 'libs/testing and tools serve tests and people, never production code.',
      severity: 'error',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: ['\\.spec\\.ts$', '^libs/testing/'] },
      to: { path: '^(libs/testing|tools)/' },
    },
    {
      name: 'libraries-by-their-front-door',
      comment:
        'A project exports only through its src/index.ts, and what needs Nest by src/nest/index.ts.',
      severity: 'error',
      from: { path: '^(apps|libs|tools)/([^/]+)/' },
      to: {
        path: '^libs/([^/]+)/(src|dist)/',
        pathNot: ['^$1/$2/', '/(src|dist)/(nest/)?index\\.(ts|js|d\\.ts)$'],
      },
    },
    {
      name: 'public-libraries-stand-alone',
      comment: 'A library for outsiders knows nothing of this platform.',
      severity: 'error',
      from: {
        path: libraryPath(publicLibraries).replace(/\/$/, '/src/'),
        pathNot: '\\.spec\\.ts$',
      },
      to: { path: '^libs/(config|contracts|service|auth|testing)/' },
    },
    {
      name: 'contracts-are-schemas',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/contracts/', '^node_modules/zod/'] },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    ...layerRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.nx|\\.data|\\.cache|\\.reports)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'node', 'import', 'default'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
    },
  },
};
