// fast-check for the tests. It draws the same values in each run, so that a run says something of the change under test; RANDOM_SEED asks for others.
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['RANDOM_SEED'] ?? 20261121) })

export { default } from 'fast-check'
