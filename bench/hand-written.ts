// What somebody writes who uses the driver alone and wants objects.
import type { Client } from 'cassandra-driver'

class Row {
  id: unknown; a: unknown; b: unknown; c: unknown; d: unknown; e: unknown; f: unknown; g: unknown; h: unknown; i: unknown

  constructor (row: Record<string, unknown>) {
    this.id = row['id']
    this.a = row['a']
    this.b = row['b']
    this.c = row['c']
    this.d = row['d']
    this.e = row['e']
    this.f = row['f']
    this.g = row['g']
    this.h = row['h']
    this.i = row['i']
  }
}

/** With the row beside it, so that it can tell what was changed. */
class ScalarRow {
  p: unknown; n: unknown; a: unknown; b: unknown; c: unknown; d: unknown; e: unknown; f: unknown; g: unknown; h: unknown
  readonly #row: Record<string, unknown>

  constructor (row: Record<string, unknown>) {
    this.#row = row
    this.p = row['p']
    this.n = row['n']
    this.a = row['a']
    this.b = row['b']
    this.c = row['c']
    this.d = row['d']
    this.e = row['e']
    this.f = row['f']
    this.g = row['g']
    this.h = row['h']
  }

  get isChanged (): boolean { return Object.entries(this).some(([name, value]) => this.#row[name] !== value) }
}

interface Values { id: unknown, a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown, g: unknown, tags: unknown, scores: unknown }

async function insert (client: Client, text: string, v: Values): Promise<void> {
  await client.execute(text, [v.id, v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.tags, v.scores], { prepare: true })
}

export const hand = { Row, ScalarRow, insert }
