import { type AnyColumn, Column } from '../columns/column.js'
import { QueryError } from '../errors.js'
import { listOf } from '../known-options.js'
import { META, type ModelConstructor, tableOf } from '../model/meta.js'
import { qualified, quote } from '../statements/identifiers.js'
import type { Database } from './operation/database.js'
import { connectionOf, type Place, placeOf, sourcesOf } from './operation/place.js'
import { rawRequest } from './raw.js'
import { rawParams } from './raw-params.js'

/**
 * `` db.cql`SELECT … FROM ${User} WHERE ${User.columns.uid} = ${id}` ``: models become qualified names, columns quoted
 * ones, all else is bound. Goes where the models are; without a model to the connection of the scope, else to the
 * default.
 * @returns all rows as plain objects, by the names in the CQL
 * @throws {QueryError} for models on different connections, and for columns that belong to no model
 */
export async function cqlTemplate (
  db: Database, text: readonly string[], parts: readonly unknown[]
): Promise<Record<string, unknown>[]> {
  // A body may hold what looks like a template; nothing of JSON is an array with a member of its own.
  if (!isTemplate(text)) {
    throw new QueryError('db.cql: it is the tag of a template, db.cql`SELECT …`; a text goes to db.execute(text, ' +
      'parameters)')
  }
  const models = parts.filter(isModel)
  const places = new Map(models.map((model) => [model, placeOf(db, model, sourcesOf(undefined))]))
  const place = onePlace(places)
  const params: unknown[] = []
  let cql = text[0] ?? ''
  for (const [i, part] of parts.entries()) cql += textOf(part, places, params) + (text[i + 1] ?? '')
  const { session, encoding } = place?.connection ?? connectionOf(db)
  const rows: Record<string, unknown>[] = []
  for await (const page of session.pages(
    cql,
    rawParams({ at: 'db.cql', cql, client: session.client, encoding }, params),
    rawRequest(cql)
  )) {
    for (const row of page.rows ?? []) rows.push({ ...row })
  }
  return rows
}

function isTemplate (text: unknown): boolean {
  try {
    const pieces = listOf(text)
    return pieces !== undefined && Array.isArray((text as Partial<TemplateStringsArray>).raw) &&
      pieces.every((piece) => typeof piece === 'string')
  } catch {
    return false
  }
}

/** What throws when it is looked at is neither a model nor a column; as a parameter it is refused in its turn. */
function isModel (part: unknown): part is ModelConstructor {
  try {
    return typeof part === 'function' && (part as Partial<ModelConstructor>)[META] !== undefined
  } catch {
    return false
  }
}

function onePlace (places: ReadonlyMap<ModelConstructor, Place>): Place | undefined {
  const [first, ...others] = places
  const other = others.find(([, place]) => place.connection !== first?.[1].connection)
  if (first !== undefined && other !== undefined) {
    throw new QueryError(`db.cql: "${first[0][META].name}" is on connection "${first[1].connection.name}", ` +
      `"${other[0][META].name}" on "${other[1].connection.name}"; one statement goes to one connection`)
  }
  return first?.[1]
}

function isColumn (part: unknown): part is AnyColumn {
  try {
    return part instanceof Column
  } catch {
    return false
  }
}

function textOf (part: unknown, places: ReadonlyMap<ModelConstructor, Place>, params: unknown[]): string {
  if (isModel(part)) return qualified((places.get(part) as Place).keyspace, tableOf(part).name)
  if (isColumn(part)) {
    if (part.name === undefined) {
      throw new QueryError('db.cql: this column belongs to no model; write User.columns.name')
    }
    return quote(part.options.dbField ?? part.name)
  }
  params.push(part)
  return '?'
}
