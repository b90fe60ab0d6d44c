import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks every 50 ms until the condition holds (true) or the time is over (false).
 * @param deadline epoch milliseconds
 */
export async function until (condition: () => boolean | Promise<boolean>, deadline: number): Promise<boolean> {
  for (;;) {
    if (await condition()) return true
    if (Date.now() >= deadline) return false
    await delay(50)
  }
}
