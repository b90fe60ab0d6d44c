/** Where a cluster listens: one address per node, the same ports on each. */
export interface Endpoints {
  readonly addresses: readonly string[]
  readonly cqlPort: number
  readonly storagePort: number
}

/** What the guardian does on request, and its answers. */
export interface Requests {
  /** Makes a folder that is removed at the end. */
  folder: { request: { readonly prefix: string }, answer: string }
  /** Takes a lock until the end; answers with the process that has it already (0: unknown), or nothing. */
  lock: { request: { readonly path: string, readonly owner: number }, answer: number | undefined }
  /** Takes addresses until the end; answers with the address and port that is taken instead. */
  reserve: { request: Reservation, answer: Endpoints | { readonly taken: string, readonly code: string } }
  /** Starts a program and answers with its process id; `exit` and, without a log file, `line` events follow. */
  spawn: { request: Program, answer: number }
  /** Signals a program's process group; false when it does not run. */
  signal: { request: { readonly name: string, readonly signal: NodeJS.Signals }, answer: boolean }
  /** Ends all programs (orderly: SIGTERM and 20 s first), then removes the folders. */
  end: { request: { readonly orderly: boolean }, answer: void }
}

export interface Reservation {
  readonly count: number
  /** Tried first; `strict`: nothing else is tried. */
  readonly wanted?: Endpoints | undefined
  readonly strict: boolean
}

export interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  readonly logFile?: string
  /** Remembers the process, so that one left behind by a killed guardian is ended before the next start. */
  readonly pidFile?: string
}

export interface ExitEvent {
  readonly event: 'exit'
  readonly name: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}
export interface LineEvent { readonly event: 'line', readonly name: string, readonly line: string }
export interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly failure?: { readonly message: string, readonly code?: string | undefined }
}
export type Message = ExitEvent | LineEvent | Answer
