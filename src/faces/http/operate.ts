/** Operations beyond chat that come as JSON: understood, sent through the gateway, and answered in the same format. */
import type { OperationBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import type { Front } from './front.ts'
import { OperationSink } from './operation-sink.ts'
import { whenUnderstood } from './understand.ts'
import type { Asked, Spoken } from './understand.ts'
import type { Visit } from './visit.ts'

/** A format as clients come with it. */
export interface OperationTongue extends Spoken<OperationBody> {
  readonly dialect: OperationDialect
}

/** Sends what was understood through the gateway. `done` is called once, when nothing of the request is needed any more. */
export const perform = (
  front: Front,
  visit: Visit,
  { incoming, losses }: Asked<OperationBody>,
  more: { readonly dialect: OperationDialect; readonly done?: () => void },
): void => {
  if (visit.response.destroyed) return more.done?.()
  const sampled = incoming.trace?.sampled ?? true
  const sink = new OperationSink(front, visit, { ...more, body: incoming.body, losses, sampled })
  sink.bind(front.gateway.handle(incoming, sink))
}

/** Answers an operation whose request is one JSON body; where several formats share a path, the body tells which it is. */
export const operate =
  (tongue: OperationTongue | ((bytes: Buffer) => OperationTongue)) =>
  (front: Front, visit: Visit): void => {
    let spoken = typeof tongue === 'function' ? undefined : tongue
    const choose = (bytes: Buffer): OperationTongue =>
      (spoken ??= typeof tongue === 'function' ? tongue(bytes) : tongue)
    whenUnderstood(front, visit, choose, asked => {
      if (spoken !== undefined) perform(front, visit, asked, { dialect: spoken.dialect })
    })
  }
