/** A whole answer to an operation beyond chat, for programs that hold the gateway as a library. */
import type { Delivery } from '../domain/delivery.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { OperationAnswer } from '../domain/operation.ts'
import type { Call } from '../ports/gateway.ts'
import type { Ending, Sink } from '../ports/sink.ts'

const silent = { kind: 'upstream-garbled', message: 'the answer is no whole one that could be given back' } as const

/** Runs a call and gives its answer. Aborting stops the upstream. */
export const perform = (begin: (sink: Sink) => Call, signal: AbortSignal | undefined): Promise<OperationAnswer> =>
  new Promise((resolve, reject) => {
    let answer: OperationAnswer | undefined
    const call = begin({
      begin() {},
      deliver(delivery: Delivery) {
        answer = delivery.answer ?? answer
        return true
      },
      end({ failure }: Ending) {
        signal?.removeEventListener('abort', abort)
        if (failure === undefined && answer !== undefined) resolve(answer)
        else reject(new GatewayError(failure ?? silent))
      },
    })
    const abort = (): void => call.abort()
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort, { once: true })
  })
