// How a column becomes an own property. Hidden ones are not enumerable: no spread, no logger and no failing assertion
// meets their values by accident. Only classes that have such columns pay for it: theirs are defined, all others
// assigned.

interface Named { readonly name: string, readonly options: { readonly hidden?: boolean | undefined } }

export function isHidden ({ options }: Pick<Named, 'options'>): boolean { return options.hidden === true }

/** As an assignment does it, but for hidden columns. */
export function setColumn (object: object, column: Named, value: unknown): void {
  if (isHidden(column)) setHidden(object, column.name, value)
  else (object as Record<string, unknown>)[column.name] = value
}

export function setHidden (object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true })
}

/** As code, {@link setColumn} of `o`; `setHidden` must be known to it. */
export function codeToSet (column: Named, value: string): string {
  const key = JSON.stringify(column.name)
  return isHidden(column) ? `setHidden(o, ${key}, ${value})` : `o[${key}] = ${value}`
}
