// Statements for people to read: each column and each option on a line of its own.

/** CREATE TABLE, TYPE and MATERIALIZED VIEW in several lines; other statements are short enough. */
export function pretty (cql: string): string {
  if (!/^CREATE (?:TABLE|TYPE|MATERIALIZED VIEW)\b/.test(cql)) return cql
  const [head, body, tail] = parts(cql)
  const columns = body === undefined ? '' : ` (\n${splitAt(body, ',').map((one) => `  ${one.trim()}`).join(',\n')}\n)`
  return `${head.trim()}${columns}${splitAt(tail, ' AND ').join('\n  AND ')}`
}

/** What is before the first parentheses, in them, and behind them. */
function parts (cql: string): [head: string, body: string | undefined, tail: string] {
  const open = indexes(cql, '(')[0]
  if (open === undefined || /^CREATE MATERIALIZED/.test(cql)) return [cql, undefined, '']
  for (let i = open + 1, depth = 1; i < cql.length; i++) {
    i = beyondQuotes(cql, i)
    if (cql[i] === '(') depth++
    if (cql[i] === ')' && --depth === 0) return [cql.slice(0, open), cql.slice(open + 1, i), cql.slice(i + 1)]
  }
  return [cql, undefined, '']
}

function splitAt (text: string, mark: string): string[] {
  const found: string[] = []
  let start = 0
  for (const at of indexes(text, mark)) {
    found.push(text.slice(start, at))
    start = at + mark.length
  }
  return [...found, text.slice(start)]
}

/** Where the mark stands outside of quotes and of every bracket. */
function indexes (text: string, mark: string): number[] {
  const found: number[] = []
  for (let i = 0, depth = 0; i < text.length; i++) {
    i = beyondQuotes(text, i)
    if (depth === 0 && text.startsWith(mark, i)) found.push(i)
    if ('(<{['.includes(text[i] ?? ' ')) depth++
    else if (')>}]'.includes(text[i] ?? ' ')) depth--
  }
  return found
}

/** The end of the quoted text that begins there, or the place itself. A doubled quote begins another one at once. */
function beyondQuotes (text: string, at: number): number {
  const quote = text[at]
  if (quote !== '"' && quote !== "'") return at
  const end = text.indexOf(quote, at + 1)
  return end < 0 ? text.length : end
}
