/** `type _ = Expect<Equal<A, B>>` compiles only when both are the same type (`any` equals nothing but `any`). */
export type Expect<T extends true> = T
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
