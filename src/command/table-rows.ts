// A model's table as rows of a file: which columns, and each row by their attribute names.
import type { CQLAlchemy } from '../cqlalchemy.js'
import { InvalidValue } from '../cqlengine/columns/cql-type.js'
import type { Connection } from '../cqlengine/connection/connection.js'
import { type ModelConstructor, META, tableOf } from '../cqlengine/model/meta.js'
import type { TableColumn } from '../cqlengine/model/table.js'
import type { QuerySet } from '../cqlengine/query/query-set.js'
import { allOf } from '../cqlengine/query/terms/query-state.js'
import { outputOf } from '../cqlengine/query/reading/select-plan.js'
import { readValue } from '../cqlengine/query/reading/selection.js'
import { listed, meant, shown } from '../cqlengine/words.js'
import { modelsOf, registryOf, rowsOf } from './inside.js'
import { Problem } from './problem.js'
import { toFile } from './values.js'

export interface TableRows {
  readonly model: ModelConstructor
  readonly name: string
  /** Of all children of a family, too. */
  readonly columns: readonly TableColumn[]
  readonly connection: Connection
  readonly keyspace: string
  readonly objects: QuerySet
}

/** @param name of a table, or of its model @throws {Problem} where no model has it */
export function tableRows (db: CQLAlchemy, name: string): TableRows {
  const models = modelsOf(db)
  const model = models.find((one) => tableOf(one).name === name) ??
    models.find((one) => one[META].name === name || one.name === name)
  if (model === undefined) {
    const names = [...new Set(models.map((one) => tableOf(one).name))]
    throw new Problem(names.length === 0
      ? 'the db has no models: import their modules in the module of --db'
      : `no model has the table ${shown(name)}${meant(name, names)}; there are ${listed(names)}`)
  }
  const objects = rowsOf(model)
  const { connection, keyspace } = objects.toCQL()
  const registry = registryOf(db)
  return {
    model,
    name: tableOf(model).name,
    columns: outputOf(allOf(model)).columns,
    connection: registry.resolve(connection),
    keyspace,
    objects
  }
}

/** A row of the driver as it stands in a file. */
export function rowToFile (
  columns: readonly TableColumn[], row: Readonly<Record<string, unknown>>
): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  for (const column of columns) json[column.name] = fileValue(column, row)
  return json
}

function fileValue (column: TableColumn, row: Readonly<Record<string, unknown>>): unknown {
  try {
    return toFile(column.unruled, readValue(column, row[column.field]))
  } catch (error) {
    throw error instanceof InvalidValue
      ? new Problem(`column ${shown(column.name)}: a row has a value that cannot be exported, ${error.message}. ` +
        'Correct it, or leave the column out of the model')
      : error
  }
}
