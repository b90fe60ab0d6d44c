import type { Test } from 'tap'

/** Sets variables for the rest of the test (undefined: removes them). */
export function setEnvironment (t: Pick<Test, 'teardown'>, variables: Record<string, string | undefined>): void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  assign(variables)
  t.teardown(() => { assign(before) })
}

function assign (variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
