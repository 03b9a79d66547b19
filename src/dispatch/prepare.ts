/** What is sent to one candidate, written and signed; or why it cannot be asked. */
import type { Failure } from '../domain/failure.ts'
import type { Credential, ProviderAdapter } from '../ports/provider.ts'
import type { WireRequest } from '../ports/transport.ts'
import type { Hands } from './hands.ts'
import { unsent } from './reading.ts'
import type { Unsent } from './reading.ts'
import type { Growing } from './record.ts'
import { traced } from './traced.ts'

type Prepared =
  | { readonly ok: true; readonly asked: Unsent; readonly wire: WireRequest }
  | { readonly ok: false; readonly failure: Failure }

/** Whom to ask, with which credential, and until when that is still wanted. */
interface Wanted {
  readonly adapter: ProviderAdapter
  readonly credential: Credential
  readonly isOver: () => boolean
}

/** Undefined if nobody wants it any more. Never rejects. */
export const prepare = async (
  { adapter, credential, isOver }: Wanted,
  made: Growing,
  { request, secrets, clock }: Hands,
): Promise<Prepared | undefined> => {
  const { candidate, spanId } = made
  try {
    const secret = await secrets.read(credential.reference)
    if (isOver()) return undefined
    const answered = adapter.ask(request, candidate)
    if (!answered.ok) return answered
    const { asked } = answered
    const { wire, losses, lane, goesOn } = asked
    made.losses = losses
    made.url = wire.url.split('?', 1)[0]
    made.lane = lane
    if (goesOn !== undefined) made.goesOn = { by: goesOn.by, overlap: 0 }
    const signed = adapter.authorize(wire, secret, clock.now())
    return { ok: true, asked: unsent(asked, secret), wire: traced(signed, request.trace, spanId) }
  } catch (error) {
    if (isOver()) return undefined
    // The secret could not be read, or one of our own codecs broke: either way this candidate cannot be asked.
    const message = `${candidate.provider} could not be asked: ${error instanceof Error ? error.message : String(error)}`
    return { ok: false, failure: { kind: made.url === undefined ? 'upstream-credential' : 'internal', message } }
  }
}
