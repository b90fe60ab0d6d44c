import { Client, types } from '../cqlengine/driver.js'
import { localDataCenter } from './client-settings.js'

/** Runs one statement and prints its rows: a table on a terminal, else one JSON object per line. */
export async function printQuery (hosts: readonly string[], cql: string, dataCenter = localDataCenter): Promise<void> {
  const client = new Client({
    contactPoints: [...hosts],
    localDataCenter: dataCenter,
    encoding: { useBigIntAsLong: true, useBigIntAsVarint: true, set: Set, map: Map }
  })
  try {
    await client.connect()
    const result = await client.execute(cql)
    if (process.stdout.isTTY) await printTable(result)
    else for await (const row of result) console.log(JSON.stringify(plain(row)))
  } finally {
    await client.shutdown()
  }
}

async function printTable (result: types.ResultSet): Promise<void> {
  const names = (result.columns ?? []).map(({ name }) => name)
  if (names.length === 0) return console.log('ok')
  const lines: string[][] = []
  for await (const row of result) lines.push(names.map((name) => cell(row[name])))
  const widths = names.map((name, column) =>
    lines.reduce((width, line) => Math.max(width, line[column]!.length), name.length))
  const print = (line: readonly string[], fill = ' '): void => {
    console.log(line.map((text, i) => text.padEnd(widths[i]!, fill)).join(fill === ' ' ? ' | ' : '-+-').trimEnd())
  }
  print(names)
  print(names.map(() => ''), '-')
  for (const line of lines) print(line)
  console.log(`${lines.length} row${lines.length === 1 ? '' : 's'}`)
}

function cell (value: unknown): string {
  const shown = plain(value)
  return typeof shown === 'string' ? shown : JSON.stringify(shown)
}

/** The value as JSON: what JSON cannot hold becomes text. */
function plain (value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object') return value
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`
  if (value instanceof types.Tuple) return value.values().map(plain)
  if (Array.isArray(value) || value instanceof Set || ArrayBuffer.isView(value)) {
    return Array.from(value as Iterable<unknown>, plain)
  }
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [cell(key), plain(item)]))
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON()
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
}
