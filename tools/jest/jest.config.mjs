// The one Jest set-up of every project: `jest --config ../../tools/jest/jest.config.mjs --rootDir .`
import path from 'node:path';

const workspace = path.resolve(import.meta.dirname, '../..');

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/bench/'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'default'] },
  setupFiles: [path.join(workspace, 'tools/jest/setup.mjs')],
  globalSetup: path.join(workspace, 'tools/jest/global-setup.mjs'),
  globalTeardown: path.join(workspace, 'tools/jest/global-teardown.mjs'),
  // Real servers on a busy machine: generous, so that only a hang fails by time.
  testTimeout: 60_000,
  // Relative to rootDir's workspace: read back and summed by `npm test`.
  reporters: ['default', path.join(workspace, 'tools/jest/json-reporter.mjs')],
};
