import { checkedRoute, type Route } from '../connection/route.js'
import { QueryError } from '../errors.js'
import { asOurs } from '../known-options.js'
import { CONTEXT, META, type ModelConstructor } from '../model/meta.js'

/**
 * A view of a model whose statements go to `to` (CTX-01, CTX-02). It shares the model's prototype: what it gives are
 * ordinary instances of the model, and the model itself stays as it was (B08).
 */
export function viewOf (model: ModelConstructor, to: Route): ModelConstructor {
  if (typeof model !== 'function' || model[META]?.table === undefined) {
    throw new QueryError('contextQuery: expected a model, or an array of models')
  }
  const View = function (this: unknown, ...values: unknown[]): object {
    return Reflect.construct(model, values, new.target ?? View) as object
    // A function, for a class could not share the model's prototype; what a model has it inherits below.
  } as unknown as ModelConstructor
  Object.setPrototypeOf(View, model)
  Object.defineProperty(View, 'prototype', { value: model.prototype })
  Object.defineProperty(View, 'name', { value: model.name, configurable: true })
  // What decides is the context; these are for whoever asks the view where it is.
  for (const [name, value] of Object.entries(to)) {
    Object.defineProperty(View, name, { value, writable: true, enumerable: true, configurable: true })
  }
  Object.defineProperty(View, CONTEXT, { value: Object.freeze({ ...model[CONTEXT], ...to }) })
  return View
}

/** `db.contextQuery`: calls `fn` with a view of the model, or with an array of views for an array. */
export async function contextQuery<T> (
  models: ModelConstructor | readonly ModelConstructor[], to: unknown, fn: (views: never) => T | Promise<T>
): Promise<T> {
  const route = checkedRoute('contextQuery: the second argument', to)
  if (typeof fn !== 'function') throw new QueryError('contextQuery: the last argument must be a function')
  const views = viewsOf(models, route)
  return await fn(views as never) // one or several, as its declaration in cqlalchemy.ts says
}

function viewsOf (
  models: ModelConstructor | readonly ModelConstructor[], route: Route
): ModelConstructor | readonly ModelConstructor[] {
  try {
    if (!Array.isArray(models)) return viewOf(models as ModelConstructor, route)
    if (models.length === 0) throw new QueryError('contextQuery: name at least one model')
    const views: ModelConstructor[] = []
    // The first that is none ends it, however long the array is
    for (const model of models as readonly ModelConstructor[]) views.push(viewOf(model, route))
    return views
  } catch (error) {
    throw asOurs(error, 'contextQuery')
  }
}
