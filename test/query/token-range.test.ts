// Parts of the ring: together they are what was divided, and none has a border inside.
import t from 'tap'
import { type Bounds, cut, rangeText, readRange, splitEvenly, wholeRing, width } from '../../src/cqlengine/query/terms/token-range.js'
import fc from '../support/random.js'

const token = fc.bigInt({ min: wholeRing.after, max: wholeRing.upTo })
const bounds = fc.tuple(token, token).filter(([a, b]) => a !== b).map(([a, b]): Bounds => a < b ? { after: a, upTo: b } : { after: b, upTo: a })

const isWhole = (parts: readonly Bounds[], whole: Bounds): boolean =>
  parts[0]?.after === whole.after && parts.at(-1)?.upTo === whole.upTo && parts.every((part, i) => width(part) > 0n && (i === 0 || parts[i - 1]?.upTo === part.after))

t.test('parts of equal width cover the whole', async (t) => {
  fc.assert(fc.property(fc.oneof(bounds, fc.constant(wholeRing)), fc.integer({ min: 1, max: 300 }), (whole, n) => {
    const parts = splitEvenly(whole, n)
    const widths = parts.map((part) => Number(width(part)))
    return isWhole(parts, whole) && parts.length <= n && Math.max(...widths) - Math.min(...widths) <= 1 + Math.max(...widths) * 1e-9
  }))
  t.equal(splitEvenly(wholeRing, 64).length, 64)
  t.equal(splitEvenly({ after: 5n, upTo: 7n }, 9).length, 2, 'no more than there are tokens')
})

t.test('parts between borders cover the whole, and have no border inside', async () => {
  fc.assert(fc.property(fc.oneof(bounds, fc.constant(wholeRing)), fc.array(token, { maxLength: 40 }), fc.integer({ min: 1, max: 200 }), (whole, borders, atLeast) => {
    const sorted = [...new Set(borders)].sort((a, b) => a < b ? -1 : 1)
    const parts = cut(whole, sorted, atLeast, whole)
    return isWhole(parts, whole) && parts.length >= Math.min(atLeast, 1000) * (width(whole) > 1000n ? 1 : 0) && !parts.some((part) => sorted.some((border) => border > part.after && border < part.upTo))
  }))
})

t.test('a range is read from its JSON', async (t) => {
  fc.assert(fc.property(bounds, (whole) => {
    const read = readRange('x', JSON.parse(JSON.stringify(rangeText(whole))))
    return read.after === whole.after && read.upTo === whole.upTo
  }))
  for (const bad of [null, 5, '1', {}, { after: 1, upTo: 2 }, { after: '2', upTo: '1' }, { after: '1.5', upTo: '2' }, { after: '', upTo: '2' }]) t.throws(() => readRange('x', bad), { name: 'QueryError' })
})
