import { META, type ModelConstructor } from '../cqlengine/model/meta.js'

/** The part of a model class that is needed here. */
export interface ResettableModel {
  /** In the database. */
  readonly tableName: string
  /** Where it is, if it says so itself. */
  readonly keyspace?: string | undefined
  /** Where it is, if it says so itself. */
  readonly connection?: string | undefined
  /** Queries. */
  readonly objects: {
    distinct (): {
      valuesList (): {
        consistency (
          level: 'ALL'
        ): { limit (n: number): { all (): Promise<readonly unknown[]> } }
      }
    }
  }
}

/** The part of a `db` that is needed here. */
export interface ResettableDb<M extends ResettableModel> {
  /** Its concrete models. */
  readonly models: readonly M[]
  /** What empties a table. */
  readonly management: { truncateTable (model: NoInfer<M>): Promise<void> }
}

/**
 * Empties the tables of all models of a `db`, for the time between two tests, but those that are `managed: false`. What
 * is empty is left alone, for emptying a table takes the server longer than looking into it. Goes where the models'
 * statements go: inside `db.scope({ keyspace }, …)` to that keyspace.
 * @param db an open one, whose tables exist (`db.syncDb()`); it is up to you that it is that of tests
 * @throws the driver's ResponseError when a table does not exist, or a replica is down
 * @example
 * await resetTables(db)
 */
export async function resetTables<M extends ResettableModel> (db: ResettableDb<M>): Promise<void> {
  // The children of a family share its table.
  const tables = new Map(
    db.models.filter(isOurs).map((model) => [
      JSON.stringify([model.connection, model.keyspace, model.tableName]), model
    ])
  )
  await Promise.all(Array.from(tables.values(), async (model) => {
    if (await hasRows(model)) await db.management.truncateTable(model)
  }))
}

/** Neither a view, which follows its base, nor a table that others look after. */
function isOurs (model: ResettableModel): boolean {
  const { view, options } = (model as unknown as ModelConstructor)[META] // what all models are inside
  return view === undefined && options.managed !== false
}

/** By partitions, for one may have static values alone. All replicas are asked, as they are to empty the table. */
async function hasRows (model: ResettableModel): Promise<boolean> {
  return (await model.objects.distinct().valuesList().consistency('ALL').limit(1).all()).length > 0
}
