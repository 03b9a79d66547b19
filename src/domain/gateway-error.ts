/** A Failure for those who await an answer: recognised by a symbol, so that two copies of the package understand each other. */
import type { Failure } from './failure.ts'

const mark = Symbol.for('signalbox.gateway-error')

/** Thrown by the library alone; within the house a failure is data. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly failure: Failure
  readonly [mark] = true

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }

  /** True for a GatewayError of any copy of this package. */
  static is(error: unknown): error is GatewayError {
    return error !== null && typeof error === 'object' && mark in error
  }
}
