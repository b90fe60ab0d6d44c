// What a program may pass by mistake, or somebody on purpose. Whatever of it throws says a secret, and whatever is long is full of it.

export const secret = 'S3CRET-4711'
const boom = (): never => { throw new RangeError(`this is ${secret}`) }

const trap: ProxyHandler<object> = {
  get: boom, has: boom, ownKeys: boom, getPrototypeOf: boom, getOwnPropertyDescriptor: boom, set: boom, defineProperty: boom, isExtensible: boom, deleteProperty: boom, apply: boom, construct: boom, preventExtensions: boom
}

function revoked (target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function cyclicArray (): unknown[] {
  const array: unknown[] = [1]
  array.push(array)
  return array
}

function cyclicObject (): object {
  const object: Record<string, unknown> = { id: 1 }
  object['self'] = object
  object['info'] = object
  return object
}

const nested = (open: string, close: string): unknown => JSON.parse(`${open.repeat(8_000)}1${close.repeat(8_000)}`)
const many = 3_000

function * endless (): Generator<unknown> { while (true) yield { k: secret } }

/** Each made anew for each use, for some can be read once only. */
export const hostile: Readonly<Record<string, () => unknown>> = {
  'a proxy that throws': () => new Proxy({}, trap),
  'a proxied function that throws': () => new Proxy(() => {}, trap),
  'a proxied array that throws': () => new Proxy([], trap),
  'an array whose elements throw': () => new Proxy([1, 2], { get: (target, key) => key === 'length' ? 2 : typeof key === 'symbol' ? Reflect.get(target, key) as unknown : boom() }),
  'a revoked proxy': () => revoked({}),
  'a revoked array': () => revoked([]),
  'getters that throw': () => ({ get id () { return boom() }, get keyspace () { return boom() }, get connection () { return boom() }, get size () { return boom() }, get then () { return boom() }, get type () { return boom() } }),
  'one getter that throws': () => ({ get name () { return boom() } }),
  'methods that throw': () => ({ toString: boom, valueOf: boom, toJSON: boom, [Symbol.toPrimitive]: boom, [Symbol.iterator]: boom, [Symbol.asyncIterator]: boom }),
  'an error with a secret': () => new Error(secret),
  'a cyclic array': cyclicArray,
  'a cyclic object': cyclicObject,
  'arrays 8,000 deep': () => nested('[', ']'),
  'objects 8,000 deep': () => nested('{"a":', '}'),
  'user types 8,000 deep': () => nested('{"info":', '}'),
  'keys of prototypes': () => JSON.parse(`{"__proto__": {"polluted": "${secret}"}, "constructor": {"prototype": {"polluted": 1}}, "hasOwnProperty": 1, "toString": "${secret}"}`) as unknown,
  'an own __proto__': () => JSON.parse(`{"__proto__": "${secret}"}`) as unknown,
  'many unknown keys': () => Object.fromEntries(Array.from({ length: many }, (_, i) => [`k${i}`, secret])),
  'many elements': () => Array.from({ length: many }, () => ({ k: secret })),
  'many texts': () => Array.from({ length: many }, (_, i) => `${secret} ${i}\ud800`),
  'many entries': () => new Map(Array.from({ length: many }, (_, i) => [{ i }, secret])),
  'a large set': () => new Set(Array.from({ length: many }, (_, i) => ({ i, secret }))),
  'a long text': () => `${secret} `.repeat(20_000),
  'a text of several lines': () => `x\n{"level":30,"${secret}":"forged"}\u001b[31m`,
  'half a character': () => `${secret}\ud800`,
  'a hole of an array': () => new Array(2 ** 32 - 1),
  'a sparse array': () => { const array: unknown[] = []; array[200_000] = 1; return array },
  'what seems an array': () => ({ length: 2 ** 53 - 1, 0: secret }),
  'an endless iterator': () => endless(),
  'a symbol': () => Symbol(secret),
  'a function': () => () => secret,
  'a class': () => class { static readonly secret = secret },
  'a bigint': () => 2n ** 70n,
  'a huge bigint': () => 2n ** 100_000n,
  'a text of digits': () => '9'.repeat(100_000),
  'no number': () => NaN,
  infinite: () => -Infinity,
  'minus zero': () => -0,
  'no date': () => new Date(NaN),
  'what seems a date': () => Object.create(Date.prototype) as unknown,
  'a date whose class lies': () => Object.assign(new Date(), { getTime: boom, valueOf: boom }),
  'a boxed text': () => Object(`${secret}`) as unknown,
  'a regular expression': () => new RegExp(secret),
  'a promise that fails': () => { const promise = Promise.reject(new Error(secret)); promise.catch(() => {}); return promise },
  'a thenable': () => ({ then: (resolve: (value: string) => void) => { resolve(secret) } }),
  'a detached buffer': () => { const bytes = new Uint8Array(8); structuredClone(bytes, { transfer: [bytes.buffer] }); return bytes },
  bytes: () => Buffer.from(secret),
  'a map of itself': () => { const map = new Map<unknown, unknown>(); map.set(map, map); return map },
  'an empty text': () => '',
  'an array of nothing': () => [null, undefined],
  'a query operator': () => ({ $gt: '', $where: secret }),
  null: () => null,
  undefined: () => undefined,
  true: () => true,
  zero: () => 0,
  'a word': () => secret
}
