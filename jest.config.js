export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.sh', '.pl'],
  transform: {
    '\\.(sh|pl)$': '<rootDir>/scripts/text-transform.js',
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  testTimeout: 60_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
}
