// What JSON schemas and Standard Schemas of a model mean for the compiler, so that type providers of Fastify need no
// second declaration. Types only.
import type { Dialect } from '../columns/dialect.js'
import type { types } from '../driver.js'
import type { PartialRow } from './answer-api.js'
import type { ColumnName, ColumnsOf, Create, Json, Key, KeyOf, Update } from './inference.js'

export type { Dialect }

/** What a schema is for: answers, bodies, or route parameters. */
export type SchemaPurpose = 'row' | 'create' | 'update' | 'key'

/** What `Model.toJSONSchema` describes, and how. */
export interface SchemaOptions<
  F extends SchemaPurpose = SchemaPurpose,
  P extends string = string,
  D extends Dialect = Dialect,
  O extends boolean = boolean
> {
  /** `row` (default) for responses, `create` and `update` for bodies, `key` for route parameters. */
  for?: F | undefined
  /** These columns and the key, as in `only()` of a query. */
  only?: readonly P[] | undefined
  /** `fastify` (default): draft 7 with `nullable`. */
  dialect?: D | undefined
  /** Whether an update names the operations of collections and counters (`tags__add`). Default true. */
  operations?: O | undefined
  /** Of the schema, for `{ $ref: … }`. */
  $id?: string | undefined
}

/** What each purpose describes. */
export interface Described<M> {
  /** What `toJSON()` gives. */
  row: Json<M>
  /** What `create` takes. */
  create: Create<M>
  /** What `update` takes. */
  update: Update<M>
  /** What `get` takes to find one row. */
  key: Key<M>
}

/** The part of {@link Described} that `only` and `operations` leave. */
type Left<M, F extends SchemaPurpose, P, O> = F extends 'update'
  ? Updates<M, P, O>
  : F extends 'key' ? Key<M> : Only<M, Described<M>[F], P>
type Only<M, T, P> = [P] extends [never] ? T : Pick<T, Extract<P | keyof KeyOf<ColumnsOf<M>>, keyof T>>
type Updates<M, P, O> = Changed<
  O extends false ? Pick<Update<M>, Extract<ColumnName<M>, keyof Update<M>>> : Update<M>, P
>
type Changed<T, P> = [P] extends [never] ? T : Pick<T, Extract<keyof T, (P & string) | `${P & string}__${string}`>>

/** A row as a handler may give it: an instance, whose `toJSON` is called. */
type Given<M, P> = [P] extends [never] ? M : PartialRow<M, Extract<P, ColumnName<M>>>
/** Any instance: json-schema-to-ts takes the methods of a class apart. */
interface AnyGiven { readonly isPersisted: boolean, readonly pk: unknown }

/**
 * A JSON schema and, in types only, what it describes: `'~type'` for everybody, `'~unsafe'` for TypeBox, and `const`
 * (in Fastify's dialect) for json-schema-to-ts. None of them is there at run time.
 */
export type SchemaOf<M, F extends SchemaPurpose = 'row', P = never, D = 'fastify', O = true> =
  Record<string, unknown>
  & {
    readonly '~type': Left<M, F, P, O>
    readonly '~unsafe': Left<M, F, P, O> | (F extends 'row' ? Given<M, P> : never)
  }
  & (D extends 'fastify'
    ? { readonly const: Jsonable<Left<M, F, P, O>> | (F extends 'row' ? AnyGiven : never) }
    : unknown)

/** Without what JSON has no words for, and json-schema-to-ts would take apart. */
type Jsonable<V> =
  unknown extends V ? V
    : V extends string | number | boolean | null | undefined ? V
      // The driver declares classes without members, which every object is like.
      : string extends keyof V ? { [K in keyof V]: Jsonable<V[K]> }
        : '~columns' extends keyof V ? never
          : V extends readonly unknown[] ? { [K in keyof V]: Jsonable<V[K]> }
            : V extends Unjsonable ? never
              : { [K in keyof V]: Jsonable<V[K]> }
type Unjsonable =
  bigint | Date | Uint8Array | Float32Array | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> |
  types.Uuid | types.BigDecimal | types.LocalDate
  | types.LocalTime | types.Duration | types.InetAddress | types.Long | types.Integer | types.Tuple | types.Vector

/** A Standard Schema, version 1, that never gives a promise. */
export interface Standard<I, O = I> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    /** Never throws for a wrong value. */
    readonly validate: (value: unknown) => StandardResult<O>
    /** In types only. */
    readonly types?: { readonly input: I, readonly output: O } | undefined
  }
}

/** The value as it was converted, or what is wrong with it. */
export type StandardResult<O> =
  { readonly value: O, readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] }

/** What is wrong, without the value, and where. */
export interface StandardIssue {
  /** A sentence without the value. */
  readonly message: string
  /** The column, and what is inside its value: positions of elements, names of fields. Absent: all values together. */
  readonly path?: readonly PropertyKey[] | undefined
}
