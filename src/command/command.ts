// What a command is, and how its arguments become values.
import { parseArgs } from 'node:util'
import { meant, shown } from '../cqlengine/words.js'
import type { Interruption } from './interruption.js'
import { Problem } from './problem.js'

export interface OptionSpec { readonly type: 'string' | 'boolean', readonly short?: string }

export interface Command {
  /** Fits a screen of 80 columns and 24 lines: how to call it, each option, an example. */
  readonly help: string
  readonly options: Readonly<Record<string, OptionSpec>>
  /**
   * Names of what may stand beside the options; `?` behind one that may be absent, `…` behind one that takes the rest.
   */
  readonly operands: readonly string[]
  /** Where it stands when Ctrl-C comes before it has said anything else to that: `nothing was sent`. */
  readonly whenInterrupted?: string
  /** @returns the exit code */
  run (given: Given, interruption: Interruption): Promise<number>
}

/** What was written behind the command's name. */
export interface Given {
  readonly operands: readonly string[]
  /** The value of an option that takes one. */
  text (name: string): string | undefined
  flag (name: string): boolean
}

/** Of all commands that work on a `db`. */
export const dbOptions = {
  db: { type: 'string' },
  hosts: { type: 'string' },
  keyspace: { type: 'string' }
} as const satisfies Command['options']

export const dbHelp = `  --db <module>        exports the db, or an app that has it; else the module of
                       package.json: "fastify-cqlalchemy": { "db": … }
  --hosts <a,b>        contact points, instead of CASSANDRA_HOSTS
  --keyspace <name>    keyspace, instead of CASSANDRA_KEYSPACE`

/** @throws {Problem} for what the command does not take */
export function readArguments (
  name: string, { options, operands: names }: Pick<Command, 'options' | 'operands'>, args: readonly string[]
): Given & { readonly wantsHelp: boolean } {
  const all: Record<string, OptionSpec> = { ...options, help: { type: 'boolean', short: 'h' } }
  const { values, positionals } = parsed(name, all, args)
  const takesRest = names.at(-1)?.endsWith('…') === true
  if (positionals.length > names.length && !takesRest) {
    throw wrongUse(name, `unexpected ${shown(positionals[names.length])}`)
  }
  const wantsHelp = values['help'] === true
  const missing = names.slice(positionals.length).find((one) => !/[?…]$/.test(one))
  if (missing !== undefined && !wantsHelp) throw wrongUse(name, `<${missing}> is missing`)
  return {
    wantsHelp,
    operands: positionals,
    text: (option) => {
      const value = values[option]
      if (value === '') throw wrongUse(name, `--${option} needs a value`)
      return typeof value === 'string' ? value : undefined
    },
    flag: (option) => values[option] === true
  }
}

function parsed (
  name: string, options: Record<string, OptionSpec>, args: readonly string[]
): { values: Record<string, unknown>, positionals: string[] } {
  const known = Object.keys(options)
  const unknown = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined)
    .map((arg) => /^--([^=]+)/.exec(arg)?.[1]).find((one) => one !== undefined && !known.includes(one))
  if (unknown !== undefined) throw wrongUse(name, `unknown option ${shown(`--${unknown}`)}${meant(unknown, known)}`)
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw wrongUse(name, firstSentence(error))
  }
}

const firstSentence = (error: unknown): string => (error as Error).message.split(/[.\n]/, 1)[0] as string

export function wrongUse (name: string, what: string): Problem {
  return new Problem(`${name}: ${what}. See: fastify-cqlalchemy ${name} --help`)
}

/** @throws {Problem} for anything but a whole number from 1 to `most` */
export function wholeNumber (name: string, option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number
  throw wrongUse(name, `--${option} takes a whole number from 1 to ${most}`)
}
