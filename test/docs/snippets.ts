// Takes the programs out of the documentation. All `ts` blocks of a page are one program, in their order; `ts fragment` blocks are for reading.
import { readFileSync } from 'node:fs'

export function snippets (page: string): string[] {
  const text = readFileSync(page, 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
}
