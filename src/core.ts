export { CQLAlchemy } from './cqlalchemy.js'
export { toHttpError } from './http-error.js'
export type { HttpError } from './http-error.js'
export type { AddSchemasOptions, SchemaTarget } from './model-schemas.js'
export type { InitHooks } from './start.js'
export type { ConnectOptions, InitOptions } from './settings/options.js'

export { auth, Client, errors, policies, types } from './cqlengine/driver.js'
export {
  BatchError, ClosedError, ConfigError, ConnectionRegistryError, CQLEngineError, DoesNotExist, LWTError,
  ModelDefinitionError,
  MultipleObjectsReturned, NoConfigError, OverloadedError, PageTokenError, PolymorphicModelError, QueryError,
  SchemaError, UndefinedKeyspaceError,
  UserTypeError, ValidationError
} from './cqlengine/errors.js'
export type { Violation } from './cqlengine/errors.js'

export { columns } from './cqlengine/columns/factories.js'
export type * from './cqlengine/columns/factories-api.js'
export type {
  AnyColumn, Column, ColumnOptions, Columns, Flag, FrozenOption, IndexOptions, TextOptions
} from './cqlengine/columns/column.js'
export type { Kind } from './cqlengine/columns/cql-type.js'
export type { Expression, Operator, Ordering } from './cqlengine/columns/expression.js'
export { functions } from './cqlengine/query/terms/functions.js'
export type { Functions } from './cqlengine/query/terms/functions.js'
export { BatchQuery } from './cqlengine/query/operation/batch.js'
export type { RawOptions, RawResult } from './cqlengine/query/raw.js'
export type { NamedKeyspace, NamedQuerySet, NamedRow, NamedTable } from './cqlengine/query/named.js'

export type * from './cqlengine/connection/public-types.js'
export type { Route } from './cqlengine/connection/route.js'
export type { Scope } from './cqlengine/connection/scope.js'
export type { SyncNote, SyncNoteKind, SyncReport, SyncStatement } from './cqlengine/sync-report.js'
export type { Management } from './cqlengine/management/management.js'
export type * from './cqlengine/model/api.js'
export type * from './cqlengine/model/user-type-api.js'
export type * from './cqlengine/model/root-api.js'
export type * from './cqlengine/model/instance-api.js'
export type * from './cqlengine/model/query-api.js'
export type * from './cqlengine/model/answer-api.js'
export type * from './cqlengine/model/scan-api.js'
export type * from './cqlengine/model/inference.js'
export type * from './cqlengine/model/operations.js'
export type * from './cqlengine/model/schema-types.js'
