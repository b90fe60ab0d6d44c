/**
 * Functions of which the columns of a class are written out, so that each call in them meets one type. Beside each
 * stands the plain loop that does the same where code must not be generated from strings: a Content Security Policy, or
 * --disallow-code-generation-from-strings.
 */
export const tricks = [
  'columns', 'accept', 'literals', 'touched', 'quick insert', 'room', 'keepers', 'rows'
] as const
export type Trick = typeof tricks[number]

let isAllowed: boolean | undefined

/** Asked once: whether code may be generated does not change while a process runs. */
function mayGenerate (): boolean {
  if (isAllowed !== undefined) return isAllowed
  try {
    isAllowed = new Function('return true')() as boolean // eslint-disable-line no-new-func -- asks whether it may be used
  } catch {
    isAllowed = false
  }
  return isAllowed
}

const switchedOff = new Set<Trick>()

/**
 * For the benchmark and tests: from now on loops do what these tricks do, in classes that are not in use yet.
 * @returns switches them on again
 */
export function switchOff (...some: readonly Trick[]): () => void {
  for (const trick of some) switchedOff.add(trick)
  return () => { for (const trick of some) switchedOff.delete(trick) }
}

/** False where the plain way is to be taken. */
export function isOn (trick: Trick): boolean { return !switchedOff.has(trick) }

/** False where loops have to do it. */
export function canGenerate (trick: Trick): boolean { return mayGenerate() && isOn(trick) }

/**
 * The only place that makes functions of text. Names of columns stand in it as JSON strings, values never.
 * @param name what stack traces and profiles show as its file
 * @param inputs what the code may use beside what is global, by the names that it has there
 * @param body returns what is wanted
 */
export function generate<T> (name: string, inputs: Readonly<Record<string, unknown>>, body: string): T {
  const code = `'use strict'\n${body}\n//# sourceURL=fastify-cqlalchemy/generated/${encodeURIComponent(name)}.js`
  // eslint-disable-next-line no-new-func -- see above
  const make = new Function(...Object.keys(inputs), code) as (...inputs: unknown[]) => T
  return make(...Object.values(inputs))
}
