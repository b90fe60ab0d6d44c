// What was found right and wrong, a line for each.
export class Checks {
  failed = 0
  #passed = 0

  that (holds: boolean, what: string, found?: unknown): void {
    if (holds) this.#passed++
    else this.failed++
    console.log(`${holds ? 'ok' : 'not ok'} ${what}${holds || found === undefined ? '' : `: ${typeof found === 'string' ? found : JSON.stringify(found)}`}`)
  }

  get summary (): string { return `${this.#passed} passed, ${this.failed} failed` }
}
