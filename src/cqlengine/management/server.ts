// What a server can do, told before anything is sent to one that cannot.

/** The versions that Apache Cassandra counts. */
const release = /^(\d+)\.(\d+)(?:\.\d+)?(?:-(?:alpha|beta|rc)\d*)?(?:-SNAPSHOT)?$/
/** Columns of system.local that only others have, who count in ways of their own: their 4.0 may have vectors. */
const others = ['dse_version', 'supported_features']

/** What came with a version of Cassandra. */
const since = {
  vectors: [5, 0],
  'SAI indexes': [5, 0],
  UnifiedCompactionStrategy: [5, 0]
} as const

export type Feature = keyof typeof since

/** @param server the row of system.local; of no server, or of one that is no Cassandra, nothing is said */
export function versionOf (
  server: ReadonlyMap<string, unknown>
): { readonly text: string, readonly number: readonly [number, number] } | undefined {
  const text: unknown = server.get('release_version')
  if (typeof text !== 'string' || others.some((name) => (server.get(name) ?? undefined) !== undefined)) return undefined
  const [, major, minor] = release.exec(text) ?? []
  return major === undefined ? undefined : { text, number: [Number(major), Number(minor)] }
}

/** A sentence on what the server lacks; undefined: it has it, or may have it. */
export function lack (server: ReadonlyMap<string, unknown>, feature: Feature): string | undefined {
  const version = versionOf(server)
  if (version === undefined || !isBefore(version.number, since[feature])) return undefined
  return `Cassandra has ${feature} since ${since[feature].join('.')}, and this server is ${version.text}`
}

/** Another server than Apache Cassandra: Astra, DataStax Enterprise, Scylla. */
export function isForeign (server: ReadonlyMap<string, unknown>): boolean {
  return server.size > 0 && versionOf(server) === undefined
}

/** Older servers have one kind of index, and no words to choose it by. */
export function hasIndexKinds (server: ReadonlyMap<string, unknown>): boolean {
  return lack(server, 'SAI indexes') === undefined
}

function isBefore (
  [major, minor]: readonly [number, number], [otherMajor, otherMinor]: readonly [number, number]
): boolean {
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}
