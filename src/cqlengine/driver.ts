// The one place that knows the package cassandra-driver: it plans to replace its nested namespaces, and then only this
// file changes.
export { auth, Client, errors, ExecutionProfile, policies, types } from 'cassandra-driver'
export type { ClientOptions, DseClientOptions, Host, HostMap, metadata, QueryOptions, tracker } from 'cassandra-driver'
