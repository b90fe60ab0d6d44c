// How far a long command is, on a terminal: rows, rows a second, share, time left.
import { StatusLine } from './output.js'

export class Progress {
  readonly #line: StatusLine
  readonly #word: string
  readonly #started = performance.now()
  #firstShare: number | undefined

  /** @param word what happens to the rows: `exported` @param result where the rows themselves go */
  constructor (word: string, result?: NodeJS.WriteStream) {
    this.#word = word
    this.#line = new StatusLine(result)
  }

  /** @param share of the whole, 0 to 1; absent: unknown */
  show (rows: number, share?: number): void {
    if (share !== undefined) this.#firstShare ??= share
    this.#line.show(() => this.#text(rows, share))
  }

  end (): void { this.#line.clear() }

  #text (rows: number, share: number | undefined): string {
    const seconds = (performance.now() - this.#started) / 1000
    const rate = seconds > 0 ? Math.round(rows / seconds) : 0
    const parts = [`${rows} rows ${this.#word}`, `${rate} rows/s`]
    if (share !== undefined) {
      parts.push(`${Math.floor(share * 100)} % of the ring`)
      const done = share - (this.#firstShare ?? 0)
      if (done > 0.01) parts.push(`${duration(seconds * (1 - share) / done)} left`)
    }
    return parts.join(', ')
  }
}

/** `1 h 5 min`, `3 min 20 s`, `12 s` */
export function duration (seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
