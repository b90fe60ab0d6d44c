import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout's folder: this file runs from build/test/support. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
