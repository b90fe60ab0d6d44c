import type { Loaded, Source, State } from './state.js'

interface Loading {
  /** The class that is constructed next as a loaded row. */
  target: unknown
  source: Source | undefined
  loaded: Loaded | undefined
  /** The instance is made only to see whether fields of its class hide columns. */
  probing: boolean
  /** The class of which `create()` makes a new instance next: nobody sees it before it is saved; see `defaults.ts`. */
  creating: unknown
}

/**
 * Set for the moment in which a row becomes an instance: the constructor of `target` then takes it over and sets no
 * defaults. One for all models, for nothing waits in that moment; and constructors find it at once, where asking each
 * class for its own took as long as all the rest.
 */
export const loading: Loading = {
  target: undefined, source: undefined, loaded: undefined, probing: false, creating: undefined
}

/**
 * The instance whose `validate()` is called by a write at this moment, and what counts as stored there: an override may
 * call ours.
 */
export const judging: { instance: object | undefined, base: State | undefined } = {
  instance: undefined, base: undefined
}

/**
 * Runs `construct`, and puts back what was under way: the constructor of a row may load others, and one that threw must
 * not leave its row to the next.
 */
export function whileLoading<T> (construct: () => T): T {
  const { target, source, loaded, probing } = loading
  try {
    return construct()
  } finally {
    loading.target = target
    loading.source = source
    loading.loaded = loaded
    loading.probing = probing
  }
}
