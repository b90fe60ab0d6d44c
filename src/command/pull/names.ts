// Names as one would write them by hand: classes, files and attributes for what the database calls its own way.

/** `UserByEmail` for `user_by_email`; `taken` gets it. */
export function className (name: string, taken: Set<string>): string {
  const words = name.normalize('NFKD').split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const text = words.map((word) => `${(word[0] as string).toUpperCase()}${word.slice(1)}`).join('')
  return unique(/^[A-Za-z]/.test(text) ? text : `Table${text}`, taken)
}

/** `user-by-email`, for names that differ only in case, too. */
export function fileName (name: string, taken: Set<string>): string {
  const text = name.normalize('NFKD').replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '').toLowerCase()
  return unique(text === '' ? 'table' : text, taken, '-')
}

function unique (text: string, taken: Set<string>, before = ''): string {
  let name = text
  for (let n = 2; taken.has(name); n++) name = `${text}${before}${n}`
  taken.add(name)
  return name
}

/** A key of an object, quoted where it must be. */
export function keyText (name: string): string { return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringText(name) }

export function stringText (text: string): string {
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inside.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** A literal of plain values: `{ class: 'x', n: 5 }`. */
export function literalText (value: unknown): string {
  if (typeof value === 'string') return stringText(value)
  if (Array.isArray(value)) return `[${value.map(literalText).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value).map(([name, one]) => `${keyText(name)}: ${literalText(one)}`).join(', ')} }`
  }
  return String(value)
}
