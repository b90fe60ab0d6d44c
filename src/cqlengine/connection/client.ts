// The driver's client as we make it: the settings that held when nodes failed (`npm run faults`), under the user's own.
import { Client, type DseClientOptions, ExecutionProfile, policies } from '../driver.js'
import { ConfigError } from '../errors.js'
import { DataCenterPolicy } from './data-center.js'
import { readClusterRows } from './driver-internals/cluster-rows.js'
import { tryContactPointsTogether } from './driver-internals/contact-points.js'
import { reconnectOnceAtATime } from './driver-internals/control-connection.js'
import { keepBusyConnections } from './driver-internals/heartbeats.js'
import { hedgePreparing } from './driver-internals/hedged-preparing.js'
import { boundHedges, HedgePolicy } from './driver-internals/hedged-requests.js'
import { Silence } from './driver-internals/silence.js'
import { ownEncodingOptions } from './encoding.js'
import { type Hedge, HedgeBudget } from './hedge.js'

export type DriverOptions = Readonly<Partial<DseClientOptions>>

export interface ClientSettings {
  /** The connection's name, for messages. */
  readonly name: string
  /** Contact points; absent with Astra's `cloud`. */
  readonly hosts: readonly string[] | undefined
  readonly consistency?: number | undefined
  readonly localDataCenter?: string | undefined
  /** The user's own options of the driver: they win over ours, key by key. */
  readonly options?: DriverOptions | undefined
  /** Absent: nothing is sent twice. */
  readonly hedge?: Hedge | false | undefined
  readonly warn: (message: string) => void
}

/** PREPARE, STARTUP and heartbeats obey only this one: short, so that a silent node is noticed. */
const handshakeTimeout = 4000
/** Must stay above the server's own limits: 5 s for reads, 10 s for ranges. */
const statementTimeout = 12_000

/**
 * Makes a client; nothing is sent yet.
 * @throws {ConfigError} the driver refuses the options; its reason is the `cause`
 */
export function createClient (settings: ClientSettings): Client {
  const { hedge, options } = settings
  try {
    const budget = hedge ? new HedgeBudget(hedge) : undefined
    const client = new Client(clientOptions(settings, budget))
    reconnectOnceAtATime(client)
    readClusterRows(client, true)
    tryContactPointsTogether(client)
    keepBusyConnections(client)
    if (hedge && budget) {
      const { after } = hedge
      const silence = new Silence(client, after)
      boundHedges(client, { after, silence }, options?.metrics !== undefined)
      hedgePreparing(client, { after, budget, silence })
    }
    return client
  } catch (cause) {
    throw new ConfigError(
      `The driver refuses the client options of connection "${settings.name}" (see the cause)`, { cause }
    )
  }
}

function clientOptions (
  { hosts, consistency, localDataCenter, options = {}, warn }: ClientSettings, budget: HedgeBudget | undefined
): DseClientOptions {
  const { localDataCenter: nested, ...user } = options
  const dataCenter = new DataCenterPolicy({ wanted: localDataCenter ?? nested, warn })
  return {
    applicationName: 'fastify-cqlalchemy',
    maxPrepared: 5000,
    prepareOnAllHosts: false,
    ...user,
    ...(hosts && { contactPoints: [...hosts] }),
    encoding: { ...ownEncodingOptions, ...user.encoding },
    pooling: { warmup: false, heartBeatInterval: 10_000, ...user.pooling },
    policies: {
      // Each pause is up to 15 % longer or shorter: 4.6 s at most, so that there is an answer within 5 s of the first
      // node that can give one.
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(500, 4000, true),
      ...(budget && { speculativeExecution: new HedgePolicy(budget) }),
      ...user.policies
    },
    socketOptions: {
      connectTimeout: 3000, readTimeout: handshakeTimeout, defunctReadTimeoutThreshold: 8, ...user.socketOptions
    },
    queryOptions: { ...user.queryOptions, ...(consistency !== undefined && { consistency }) },
    profiles: [dataCenterProfile(dataCenter), ...requestProfiles(user, consistency)],
    // Without it the driver accepts every certificate.
    ...(user.sslOptions &&
      { sslOptions: { ...user.sslOptions, rejectUnauthorized: user.sslOptions.rejectUnauthorized ?? true } })
  }
}

const dataCenterProfile = (policy: DataCenterPolicy): ExecutionProfile =>
  new ExecutionProfile('cqlengine data center', { loadBalancing: policy })

/**
 * Copies: the driver writes the client's policies into the profiles that it is given, so two clients must not share
 * them.
 */
function requestProfiles (user: DriverOptions, consistency: number | undefined): ExecutionProfile[] {
  const given = user.profiles ?? []
  const readTimeout = user.socketOptions?.readTimeout === undefined ? statementTimeout : undefined
  // The driver's declarations forget that each of these may be undefined.
  const profileOf = (name: string, options: object): ExecutionProfile =>
    new ExecutionProfile(name, options as ConstructorParameters<typeof ExecutionProfile>[1])
  const copies = given.map((profile) => profileOf(profile.name, {
    ...profile,
    readTimeout: profile.readTimeout ?? readTimeout,
    consistency: profile.name === 'default' ? consistency ?? profile.consistency : profile.consistency
  }))
  return given.some((profile) => profile.name === 'default')
    ? copies
    : [profileOf('default', { consistency, readTimeout }), ...copies]
}
