import { existsSync, readFileSync } from 'node:fs'
import { until } from './wait.js'

/**
 * The id of a process with the time of its start, since ids are used again; undefined when it is gone or cannot be
 * told.
 */
export function processIdentity (pid: number): string | undefined {
  const fields = statusFields(pid)
  return fields && fields[0] !== 'Z' ? `${pid} ${fields[19]}` : undefined
}

/** Whether every thread of the process is stopped by a signal (Linux; elsewhere the signal alone must do). */
export function isPaused (pid: number): boolean {
  return process.platform !== 'linux' || statusFields(pid)?.[0] === 'T'
}

/** Ends the process that a file names, if it is still the same one. */
export async function endOrphan (pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return
  const identity = readFileSync(pidFile, 'utf8')
  const pid = Number.parseInt(identity, 10)
  if (!Number.isInteger(pid) || processIdentity(pid) !== identity) return
  process.kill(pid, 'SIGKILL')
  await until(() => processIdentity(pid) !== identity, Date.now() + 10_000)
}

/** proc_pid_stat(5) from the third field on: state first, start time at index 19. The name before may hold anything. */
function statusFields (pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
