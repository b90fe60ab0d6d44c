// CSV by csv-stringify and csv-parse: quotes, line ends inside of fields and files of any size are theirs. Here is what
// a field means: null is an empty field, an empty text is "", a single value is its JSON form without quotes, and a
// composed one is JSON.
import type { InfoField } from 'csv-parse'
import { CustomType } from '../cqlengine/columns/custom.js'
import { type CqlType, InvalidValue } from '../cqlengine/columns/cql-type.js'
import type { TableColumn } from '../cqlengine/model/table.js'
import { BadLine, type FileRow } from './file-rows.js'

/** @param withHeader writes it before the first rows */
export async function csvWriter (
  columns: readonly TableColumn[], withHeader: boolean
): Promise<(rows: readonly Record<string, unknown>[]) => string> {
  const { stringify } = await import('csv-stringify/sync')
  const names = columns.map(({ name }) => name)
  // Texts alone are fields that are there: the others, null, stay without quotes.
  const options = { quoted_match: /^$/ }
  let isFirst = withHeader
  return (rows) => {
    const records: (string | null)[][] = rows.map((row) =>
      columns.map((column) => fieldOf(column.unruled, row[column.name])))
    if (isFirst) records.unshift(names)
    isFirst = false
    return records.length === 0 ? '' : stringify(records, options)
  }
}

/**
 * Rows by the names of the header, from the given line on; empty lines are left out.
 * @param unended told of a last line without its end: of a field that is not quoted nobody can see that it was cut
 * @throws {BadLine}
 */
export async function * csvRows (
  input: NodeJS.ReadableStream,
  byName: ReadonlyMap<string, TableColumn>,
  from: number,
  unended: (line: number) => void
): AsyncGenerator<FileRow, void, undefined> {
  const { CsvError, parse } = await import('csv-parse')
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    cast: (value: string, { quoting }: InfoField) => value === '' && !quoting ? null : value
  })
  input.on('error', (error) => { parser.destroy(error) })
  let lastByte: number | undefined
  input.on('data', (chunk: Buffer | string) => { lastByte = Buffer.from(chunk).at(-1) ?? lastByte })
  input.pipe(parser)
  let header: readonly string[] | undefined
  let line = 1
  let last = 1
  let empty = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: (string | null)[]
      info: { lines: number, empty_lines: number }
    }>) {
      const begun = line + info.empty_lines - empty
      empty = info.empty_lines
      last = begun
      line = info.lines + 1
      if (header === undefined) {
        header = record.map((name) => name ?? '')
        const twice = header.find((name, i) => header?.indexOf(name) !== i)
        if (twice !== undefined) throw new BadLine(begun, 'the header names it twice', twice)
        continue
      }
      if (begun < from) continue
      const names = header
      if (record.length !== names.length) throw new BadLine(begun, 'has another number of fields than the header')
      yield {
        line: begun,
        values: Object.fromEntries(record.map((text, i) => [names[i] ?? '', text])),
        read: (name, text) => valueOf(byName.get(name)?.unruled, text as string | null)
      }
    }
    const isEnded = lastByte === undefined || lastByte === lineFeed || lastByte === carriageReturn
    if (!isEnded && header !== undefined) unended(last)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new BadLine(typeof error['lines'] === 'number' ? error['lines'] : line, reasons[error.code] ?? 'is no CSV')
  }
}

const [lineFeed, carriageReturn] = [10, 13]

/** The library's own messages hold values. */
const reasons: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'the file ends inside of a quoted field; it may have been cut',
  CSV_INVALID_CLOSING_QUOTE: 'has a quote inside of a quoted field that is not doubled',
  INVALID_OPENING_QUOTE: 'has a quote inside of a field that is not quoted'
}

const isComposed = (type: CqlType): boolean => type instanceof CustomType || type.parts().length > 0

function fieldOf (type: CqlType, json: unknown): string | null {
  if (json === null || json === undefined) return null
  return typeof json === 'string' && !isComposed(type) ? json : JSON.stringify(json)
}

/** A field in its JSON form. What is none stays a text, which the column refuses. @throws {InvalidValue} */
function valueOf (type: CqlType | undefined, text: string | null): unknown {
  if (text === null || type === undefined) return text
  if (isComposed(type)) {
    try {
      return JSON.parse(text)
    } catch {
      throw new InvalidValue('syntax', 'must be JSON')
    }
  }
  const { type: form } = type.schema('output')
  if (form === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (form === 'number' || form === 'integer') {
    return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) && text !== '-0' ? Number(text) : text
  }
  return text
}
