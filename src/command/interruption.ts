// Ctrl-C, for commands that end cleanly and say where they stood: the first one asks, the second ends at once.
import { coloured, tell } from './output.js'

/** The exit code of a command that was interrupted, as shells have it. */
export const interrupted = 130

const signals = ['SIGINT', 'SIGTERM'] as const

export class Interruption {
  #isAsked = false
  #act: () => void

  /** @param act what Ctrl-C does */
  constructor (act: () => void) {
    this.#act = act
    for (const signal of signals) process.on(signal, this.#listen)
  }

  get isAsked (): boolean { return this.#isAsked }

  /** From now on Ctrl-C does this. */
  instead (act: () => void): void { this.#act = act }

  end (): void { for (const signal of signals) process.removeListener(signal, this.#listen) }

  readonly #listen = (): void => {
    if (this.#isAsked) process.exit(interrupted)
    this.#isAsked = true
    // A terminal shows ^C where the cursor is.
    if (process.stderr.isTTY) tell('')
    this.#act()
  }
}

/** Says that it was interrupted, and ends. @param what where the command stood */
export function endInterrupted (what: string | undefined): never {
  tell(`${coloured('red', 'error:', process.stderr)} interrupted${what === undefined ? '' : `: ${what}`}`)
  process.exit(interrupted)
}
