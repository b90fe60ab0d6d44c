// Which tests prove which row of docs/contract.md: `node build/test/support/rows.js` lists them all.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './root.js'

/** A row of the contract: `CON-05`, `B17`, `R12`. Whoever writes `B1` or `case 12` means something else. */
const anyRow = /\b(?:[A-Z]{3}-\d{2}|[BR]\d{2})\b/g

/** The IDs of the rows, in the order of the page. */
export function rowsOf (page: string): string[] {
  return Array.from(page.matchAll(/^- \*\*((?:[A-Z]{3}-|[BR])\d{2})\*\* \S/gm), ([, row]) => row!)
}

/** The IDs that a text cites. */
export function citedIn (text: string): Set<string> {
  return new Set(text.match(anyRow))
}

/** For each row the files that cite it. Files are given as path and text. */
export function citations (files: ReadonlyMap<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [path, text] of files) {
    for (const row of citedIn(text)) found.set(row, [...found.get(row) ?? [], path])
  }
  return found
}

export const contractRows = (): string[] => rowsOf(readFileSync(join(root, 'docs/contract.md'), 'utf8'))

/** The texts of this repository in some folders, by path with forward slashes. */
export function textsIn (folders: readonly string[], name: RegExp): Map<string, string> {
  const paths = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path).split(sep).join('/')))
  return new Map(paths.filter((path) => name.test(path)).sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

/** What a comment cites is no proof. */
export const withoutComments = (text: string): string => text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')

/** The tests, less their comments, and less those of this workshop and of these pages, which speak of rows and prove none. */
export const provingTests = (): Map<string, string> =>
  new Map([...textsIn(['test'], /^test\/(?!workshop\/|docs\/).*\.test\.ts$/)].map(([path, text]) => [path, withoutComments(text)]))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tests = citations(provingTests())
  for (const row of contractRows()) console.log(`${row.padEnd(6)} ${tests.get(row)?.map((path) => relative('test', path)).join(' ') ?? '–'}`)
}
