// Conditions and orders made from columns: `User.columns.year.gt(5)`. Plain values; the query layer checks and renders
// them.

import type { Operator } from '../statements/relation.js'

export type { Operator }

/** All operators, as they are spelled behind `__` in `filter({ year__gt: 5 })`. */
export const operators: readonly Operator[] = [
  'eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'like', 'contains', 'containsKey', 'entry'
]

/**
 * A condition on a column, for `filter(…)`.
 * @example
 * const recent = Post.columns.day.gte(3)
 * const posts = await Post.filter(Post.columns.blog.eq('cats'), recent).all()
 */
export class Expression {
  readonly '~expression' = true as const
  /** The attribute name. */
  readonly column: string
  /** As it is spelled behind `__` in `filter({ year__gt: 5 })`. */
  readonly operator: Operator
  /** As it was given. */
  readonly value: unknown

  constructor (column: string, operator: Operator, value: unknown) {
    this.column = column
    this.operator = operator
    this.value = value
    Object.freeze(this)
  }
}

/**
 * Nearest neighbours first, for `orderBy(…)`.
 * @example
 * const nearest = Post.columns.embedding.ann([1, 0, 0])
 * const posts = await Post.objects.orderBy(nearest).limit(5).all()
 */
export class Ordering {
  readonly '~ordering' = true as const
  /** The attribute name. */
  readonly column: string
  /** As it was given. */
  readonly vector: readonly number[] | Float32Array

  constructor (column: string, vector: readonly number[] | Float32Array) {
    this.column = column
    this.vector = vector
    Object.freeze(this)
  }
}
