/**
 * What the command was given does not work. Its message is all that is printed: what is wrong, where, and what to do.
 */
export class Problem extends Error {
  /** The exit code. */
  readonly exitCode: number

  constructor (message: string, options?: ErrorOptions & { readonly exitCode?: number }) {
    super(message, options)
    this.exitCode = options?.exitCode ?? exit.failed
  }
}

/** The exit codes of all commands. */
export const exit = { done: 0, failed: 1, different: 2 } as const
