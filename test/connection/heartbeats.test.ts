// A heartbeat without an answer closes a connection on which nothing came in, and no other: a node may be busy.
import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { keepBusyConnections } from '../../src/cqlengine/connection/driver-internals/heartbeats.js'
import { type Client, errors } from '../../src/cqlengine/driver.js'

/** A connection in the pool of a client, as far as heartbeats go; its heartbeats end when told. */
function connect () {
  const hosts = new EventEmitter()
  keepBusyConnections({ hosts } as unknown as Client)
  let closed = 0
  let beats = 0
  const pool = { _addListeners: (one: EventEmitter) => one.on('idleRequestError', () => { closed++ }) }
  const state = { inFlight: 1 }
  const connection = Object.assign(new EventEmitter(), {
    netClient: { bytesRead: 100, destroyed: false },
    sendingIdleQuery: false,
    getInFlight: () => state.inFlight,
    _idleTimeoutHandler () {
      beats++
      this.sendingIdleQuery = true
    }
  })
  hosts.emit('add', { pool })
  pool._addListeners(connection)
  return {
    beat: () => { connection._idleTimeoutHandler() },
    answered (bytes: number) { connection.netClient.bytesRead += bytes },
    destroy () { connection.netClient.destroyed = true },
    idle () { state.inFlight = 0 },
    fail (error: Error = new errors.OperationTimedOutError('no answer')) {
      connection.sendingIdleQuery = false
      connection.emit('idleRequestError', error, connection)
    },
    get closed () { return closed },
    get beats () { return beats }
  }
}

t.test('a node that answered anything meanwhile keeps its connection, however often its heartbeats end without an answer', async (t) => {
  const node = connect()
  for (let i = 0; i < 5; i++) {
    node.beat()
    node.answered(10)
    node.fail()
  }
  t.strictSame([node.closed, node.beats], [0, 5])
})

t.test('one that answered nothing is given some time more while requests wait there, and then closed', async (t) => {
  const node = connect()
  node.beat()
  node.fail()
  t.equal(node.closed, 0)
  await delay(1500)
  t.equal(node.closed, 0)
  await delay(800)
  t.equal(node.closed, 1)
})

t.test('an answer in that time, and a connection that was closed meanwhile', async (t) => {
  const [late, gone] = [connect(), connect()]
  for (const node of [late, gone]) {
    node.beat()
    node.fail()
  }
  late.answered(1)
  gone.destroy()
  await delay(2300)
  t.strictSame([late.closed, gone.closed], [0, 0])
})

t.test('closed at once: where nothing else waits, and by any other error', async (t) => {
  const idle = connect()
  idle.idle()
  idle.beat()
  idle.fail()
  t.equal(idle.closed, 1)
  const broken = connect()
  broken.beat()
  broken.answered(10)
  broken.fail(new Error('reset'))
  t.equal(broken.closed, 1)
})

t.test('a driver that has changed is left alone', async (t) => {
  const hosts = new EventEmitter()
  keepBusyConnections({ hosts } as unknown as Client)
  const pool = { _addListeners: (_: object) => {} }
  t.doesNotThrow(() => {
    hosts.emit('add', {})
    hosts.emit('add', { pool: {} })
    hosts.emit('add', { pool })
    pool._addListeners({})
  })
  t.doesNotThrow(() => { keepBusyConnections({} as unknown as Client) })
})
