import { expect, test } from 'vitest'
import { cases } from './cases.js'

for (const [name, [actual, expected]] of Object.entries(cases)) test(name, () => { expect(actual).toEqual(expected) })
for (const [name, [actual, expected]] of Object.entries(cases)) test(`${name}, the same`, () => { expect(actual).toBe(expected) })
