// Lines of a file as rows, and what is told of a line that is none. Never a value of it.

import { TextDecoder } from 'node:util'

/** One row, by attribute names. */
export interface FileRow {
  /** From 1. */
  readonly line: number
  readonly values: Readonly<Record<string, unknown>>
  /** A value in its JSON form. @throws {InvalidValue} */
  read (name: string, value: unknown): unknown
}

/** A line that cannot be imported. */
export class BadLine extends Error {
  readonly line: number

  constructor (line: number, what: string, column?: string) {
    super(column === undefined ? `line ${line}: ${what}` : `line ${line}, column ${JSON.stringify(column)}: ${what}`)
    this.line = line
  }
}

/** A JSON object a line, from the given line on; empty lines are left out. @throws {BadLine} */
export async function * jsonRows (
  input: AsyncIterable<Buffer | string>, from: number
): AsyncGenerator<FileRow, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const read = (_name: string, value: unknown): unknown => value
  for await (const { bytes, line, isWhole } of lines(input)) {
    if (line < from) continue
    const text = decoded(decoder, bytes, line)
    if (text.trim() === '') continue
    yield { line, values: parsed(text, line, isWhole), read }
  }
}

function decoded (decoder: TextDecoder, bytes: Buffer, line: number): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new BadLine(line, 'is no UTF-8')
  }
}

function parsed (text: string, line: number, isWhole: boolean): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new BadLine(line, isWhole ? 'is no JSON' : 'the file ends in the middle of this line; it may have been cut')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadLine(line, 'is no JSON object')
  return value as Record<string, unknown>
}

/** By line feeds alone: JSON may hold the other ends of lines that Node's readline knows. */
async function * lines (
  input: AsyncIterable<Buffer | string>
): AsyncGenerator<{ bytes: Buffer, line: number, isWhole: boolean }, void, undefined> {
  let parts: Buffer[] = []
  let line = 1
  for await (const given of input) {
    const chunk = typeof given === 'string' ? Buffer.from(given) : given
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end))
      yield { bytes: parts.length === 1 ? parts[0] as Buffer : Buffer.concat(parts), line: line++, isWhole: true }
      parts = []
      start = end + 1
    }
    if (start < chunk.length) parts.push(chunk.subarray(start))
  }
  if (parts.length > 0) yield { bytes: Buffer.concat(parts), line, isWhole: false }
}
