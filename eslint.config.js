import neostandard from 'neostandard'
import house from './test/support/eslint-rules/index.js'
import { entries } from './test/support/eslint-rules/layers.js'

// Users' programs stay as users wrote them.
const ignores = [...neostandard.resolveIgnoresFromGitignore(), 'test/types/programs/**', 'test/ecosystem/*/**/*.ts']
const typescript = neostandard.plugins['typescript-eslint'].plugin

export default [
  ...neostandard({ ts: true, noJsx: true, ignores }),
  {
    name: 'types',
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@typescript-eslint': typescript },
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-ignore': 'allow-with-description', 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 8 }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      // neostandard's own, and `_` for what has to have a name.
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none', caughtErrors: 'none', ignoreRestSiblings: true, vars: 'all', varsIgnorePattern: '^_$' }],
      // The mark of a promise that nobody waits for on purpose.
      'no-void': ['error', { allowAsStatement: true }],
      // `for (const first of rows) return first` is how to take one.
      'no-unreachable-loop': ['error', { ignore: ['ForOfStatement'] }]
    }
  },
  {
    name: 'promises',
    files: ['src/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error'
    }
  },
  {
    name: 'layers',
    files: ['src/**/*.ts'],
    plugins: { house },
    rules: {
      'house/border': 'error',
      'house/no-barrel': 'error',
      'house/no-circle': 'error',
      'house/long-file': ['warn', { most: 400 }],
      'max-lines': ['error', 450],
      // A comment that switches a rule off says why on its own line.
      'max-len': ['error', { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true, ignorePattern: 'eslint-disable' }],
      'no-console': 'error'
    }
  },
  {
    name: 'internals of the driver',
    files: ['src/**/*.ts'],
    // Settings are plain values.
    ignores: ['src/cqlengine/connection/driver-internals/**', 'src/settings/**'],
    rules: {
      'no-restricted-syntax': ['error', ...[
        'MemberExpression[computed=false] > Identifier.property[name=/^_[a-z]/i]',
        'MemberExpression > Literal.property[value=/^_[a-z]/i]',
        ':matches(Property, TSPropertySignature, TSMethodSignature) > Identifier.key[name=/^_[a-z]/i]',
        // What a cast of these shows is in no declaration.
        'TSAsExpression > Identifier.expression[name=/^(client|host|hosts|metadata|connection)$/]',
        'TSAsExpression > MemberExpression.expression > Identifier.property[name=/^(client|hosts|metadata)$/]'
      ].map((selector) => ({ selector, message: 'What the driver does not declare is touched in connection/driver-internals/ only, where a test guards it.' }))]
    }
  },
  {
    name: 'comments',
    files: ['{src,test,examples,bench}/**/*.{ts,js}', '*.js'],
    plugins: { house },
    rules: { 'house/no-outside-page': 'error' }
  },
  { name: 'comments of the package', files: ['src/**/*.ts'], rules: { 'house/plain-comments': 'error', 'house/explained-casts': 'error' } },
  {
    name: 'what test runners make global',
    files: ['test/ecosystem/test-runners/*.js'],
    languageOptions: { globals: Object.fromEntries(['afterAll', 'beforeAll', 'beforeEach', 'expect', 'test'].map((name) => [name, 'readonly'])) }
  },
  { name: 'type tests', files: ['test/types/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off', '@typescript-eslint/no-unused-vars': 'off' } },
  // What it prints is its purpose: a command for the terminal.
  { name: 'local Cassandra', files: ['src/testing/**/*.ts'], rules: { 'no-console': 'off' } },
  { name: 'entries', files: entries.map((entry) => `src/${entry}`), rules: { 'house/entry-only-exports': 'error' } }
]
