// V8 drops the layout of a class, and the code that it compiled for it, when a full collection finds no object of it.
// What lives for a moment only is then slow for a while, again and again. So one object of each such class is kept.
import { isOn } from './generate.js'

/** An object for the caller to hold as long as its class is in use; `undefined` where the trick is off. */
export function keeper (make: () => object): object | undefined { return isOn('keepers') ? make() : undefined }

const kept: (object | undefined)[] = []

/** Keeps an object as long as the process lives: of a class of ours, made as it is made in earnest. */
export function keep (make: () => object): void { kept.push(keeper(make)) }
