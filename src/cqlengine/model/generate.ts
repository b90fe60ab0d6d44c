/** False under --disallow-code-generation-from-strings and in runtimes that forbid it; there the same is done by loops. */
export function canGenerateCode (): boolean {
  try {
    return new Function('return true')() as boolean // eslint-disable-line no-new-func -- asks whether it may be used
  } catch {
    return false
  }
}
