import { bytesOf } from '../../columns/size.js'
import { BatchError } from '../../errors.js'
import { META, tableOf } from '../../model/meta.js'
import type { BatchOptions } from '../../model/operations.js'
import type { PendingWrite } from './pending-write.js'
import { mostMutationBytes, mostRequestBytes } from './statement-size.js'
import { fingerprint } from './wire.js'

/**
 * A batch whose values have more bytes than one mutation may have. The server makes one mutation of all that a batch
 * writes into one partition, of whichever tables, and a logged batch is itself one before it is applied. (Several
 * writes of one column of one row count once there and each time here.) Smaller batches need none of this.
 */
export class LargeBatch {
  /** About the bytes of values by keyspace and partition. */
  readonly #byPartition = new Map<string, number>()
  /** About the bytes of the request. */
  #request = 0
  #count = 0

  /** @param queue what is in the batch already */
  constructor (queue: readonly PendingWrite[]) {
    for (const write of queue) this.#take(requestBytes(write), this.#partitionWith(write))
  }

  /**
   * Counts one more statement, if the server can take the batch with it.
   * @param bytes of all values, those of `write` included
   * @throws {BatchError} with the number of bytes and the remedy
   */
  add (write: PendingWrite, bytes: number, { type }: BatchOptions): void {
    const isLogged = type !== 'unlogged' && !tableOf(write.model).isCounter
    if (isLogged) {
      throw this.#refusal(
        write, `the values of the batch have ${bytes} bytes, of which a logged batch takes ${mostMutationBytes}`
      )
    }
    const request = requestBytes(write)
    if (this.#request + request > mostRequestBytes) {
      throw this.#refusal(
        write, `the batch has ${this.#request + request} bytes, of which one request takes ${mostRequestBytes}`
      )
    }
    const partition = this.#partitionWith(write)
    if (partition !== undefined && partition.bytes > mostMutationBytes) {
      throw this.#refusal(
        write, `the values for one partition have ${partition.bytes} bytes, of which a batch takes ${mostMutationBytes}`
      )
    }
    this.#take(request, partition)
  }

  /** The partition with this write, too; undefined where it writes into several. */
  #partitionWith (write: PendingWrite): { readonly key: string, readonly bytes: number } | undefined {
    const partition = write.partition()
    if (partition === undefined) return undefined
    const key = fingerprint([write.operation.place.keyspace, ...partition])
    return { key, bytes: (this.#byPartition.get(key) ?? 0) + valueBytes(write) }
  }

  #take (request: number, partition: { readonly key: string, readonly bytes: number } | undefined): void {
    this.#count++
    this.#request += request
    if (partition !== undefined) this.#byPartition.set(partition.key, partition.bytes)
  }

  #refusal ({ model }: PendingWrite, what: string): BatchError {
    return new BatchError(`${model[META].name}: with this statement, number ${this.#count + 1}, ${what}. Use several ` +
      'batches, or createMany')
  }
}

function valueBytes ({ statement: { params, bytes = bytesOf(params) } }: PendingWrite): number { return bytes }

/** The statement's ID of 16 bytes, five bytes of counts, and the length before each value. */
function requestBytes (write: PendingWrite): number {
  return valueBytes(write) + 21 + 4 * write.statement.params.length
}
