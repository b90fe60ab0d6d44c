import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** The processes whose command line names this text: a folder, as a rule. */
export function processesOf (text: string): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid && commandLine(pid).includes(text))
}

/** Waits for a condition, and fails when it does not come true within 20 s. */
export async function eventually (what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!await condition()) {
    if (Date.now() > end) throw new Error(`not within 20 s: ${what}`)
    await delay(20)
  }
}

function commandLine (pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // gone meanwhile
  }
}
