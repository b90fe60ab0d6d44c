import { BigIntType } from './big-integer.js'
import { type Change, type ChangeKind, InvalidValue, type JsonSchema, type Kind, type TypeFacts } from './cql-type.js'

/** `counter` (TYP-08, STM-11): only ever incremented and decremented. */
export class CounterType extends BigIntType {
  override readonly cql = 'counter'
  override readonly facts: TypeFacts = { size: 8, isNumber: true, lacksSai: true, readsToo: ['bigint', 'varint'] }
  override readonly kind: Kind = 'counter'

  /** The difference, as an increment or decrement; a counter without a value counts as 0 (DRT-07). */
  override changes (before: bigint | null, after: bigint | null): readonly Change[] {
    const delta = (after ?? 0n) - (before ?? 0n)
    if (delta === 0n) return []
    return [delta > 0n
      ? { kind: 'increment', value: this.convert(delta) }
      : { kind: 'decrement', value: this.convert(-delta) }]
  }

  override convertChange (kind: ChangeKind, value: unknown): unknown {
    if (kind === 'increment' || kind === 'decrement') return this.convert(value)
    throw new InvalidValue('operation', 'a counter cannot be set, only incremented and decremented')
  }

  override operandSchema (kind: ChangeKind): JsonSchema | undefined {
    return kind === 'increment' || kind === 'decrement' ? this.schema('input') : undefined
  }

  /** A counter that was never changed counts as 0 (DRT-07). */
  override emptyValue (): bigint { return 0n }

  /** Sent twice, it counts twice. */
  override isIdempotent (): boolean { return false }
}
