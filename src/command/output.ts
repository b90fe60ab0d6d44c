// What is printed, and how: results on stdout, everything about them on stderr; colours on a terminal only.
import { writeSync } from 'node:fs'

type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold'
const codes: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 }

/** The text in that colour, where `stream` shows colours. */
export function coloured (colour: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return isColoured(stream) ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text
}

/** Whether it shows colours: a terminal, unless NO_COLOR is set. */
export function isColoured (stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
}

/** A line of the result. */
export function print (line: string): void { process.stdout.write(`${line}\n`) }

/** A line about it. */
export function tell (line: string): void { process.stderr.write(`${line}\n`) }

/** The result for a program, alone on stdout. */
export function printJson (value: unknown): void { print(JSON.stringify(value, null, 2)) }

/** `1 row was`, `2 rows were` */
export function rowsWere (count: number): string { return count === 1 ? '1 row was' : `${count} rows were` }

/** Resolves when all that was printed is out: a process that ends before loses what a pipe has not taken. */
export async function flushed (): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => {
    if (stream.destroyed || stream.writableEnded || stream.errored !== null) resolve()
    else stream.write('', () => { resolve() })
  })))
}

/** A line on a terminal that is written over; elsewhere nothing. */
export class StatusLine {
  readonly #isShown: boolean
  #written = 0
  #shownAt = 0

  /** @param result what the command prints beside: on one terminal both would stand in one line */
  constructor (result?: NodeJS.WriteStream) { this.#isShown = process.stderr.isTTY && result?.isTTY !== true }

  /** At most ten times a second. @param text made only when it is shown */
  show (text: () => string): void {
    const now = performance.now()
    if (!this.#isShown || now - this.#shownAt < 100) return
    this.#shownAt = now
    // Of some terminals the width is not known.
    const line = text().slice(0, (process.stderr.columns || 80) - 1)
    writeSync(process.stderr.fd, `\r${line.padEnd(this.#written)}`)
    this.#written = line.length
  }

  clear (): void {
    if (this.#written > 0) writeSync(process.stderr.fd, `\r${' '.repeat(this.#written)}\r`)
    this.#written = 0
  }
}
