/** A request to the admin API that is not carried out, and why. */

/** `stale`: the record is no longer what was read; `read-only`: it stands in the configuration; `unavailable`: a part that is needed cannot be asked. */
export type RefusalCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'stale'
  | 'read-only'
  | 'unavailable'

/** Thrown by operations. The message says what was found and what would be right, and holds no secret. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal'
  readonly code: RefusalCode
  /** The member of the request at fault, such as `duty.role`. */
  readonly param: string | undefined

  constructor(code: RefusalCode, message: string, param?: string) {
    super(message)
    this.code = code
    this.param = param
  }
}
