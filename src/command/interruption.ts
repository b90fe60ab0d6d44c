// Ctrl-C, for commands that end cleanly: the first one asks, the second ends at once.

export interface Interruption {
  readonly isAsked: boolean
  end (): void
}

/** The exit code of a command that was interrupted, as shells have it. */
export const interrupted = 130

export function interruption (asked?: () => void): Interruption {
  let isAsked = false
  const listen = (): void => {
    if (isAsked) process.exit(interrupted)
    isAsked = true
    asked?.()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listen)
  return {
    get isAsked () { return isAsked },
    end: () => { for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, listen) }
  }
}
