/** What is sent to one candidate, written and signed; or why it cannot be asked. */
import type { Failure } from '../domain/failure.ts'
import type { Loss } from '../domain/outcome.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { Tokens } from '../domain/units.ts'
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

/** The request with no more output than there is room for. It is written anew, since the client's own words ask for more. */
const within = (request: ModelRequest, maxOutput: Tokens | undefined): ModelRequest =>
  maxOutput === undefined || request.operation !== 'chat'
    ? request
    : { ...request, asEvents: true, limits: { ...request.limits, maxOutputTokens: maxOutput } }

const cutShort = (maxOutput: Tokens | undefined): readonly Loss[] =>
  maxOutput === undefined
    ? []
    : [{ field: 'limits.maxOutputTokens', why: `set to ${maxOutput}: the budget has room for no more` }]

interface Writing {
  readonly secret: string
  readonly made: Growing
  readonly hands: Hands
  readonly maxOutput?: Tokens
}

/** What it is sent, once it is known what may be asked for. */
const written = ({ adapter }: Wanted, { secret, made, hands: { request, clock }, maxOutput }: Writing): Prepared => {
  const answered = adapter.ask(within(request, maxOutput), made.candidate)
  if (!answered.ok) return answered
  const { asked } = answered
  const { wire, losses, lane, goesOn } = asked
  made.losses = [...losses, ...cutShort(maxOutput)]
  made.url = wire.url.split('?', 1)[0]
  made.lane = lane
  if (goesOn !== undefined) made.goesOn = { by: goesOn.by, overlap: 0 }
  const signed = adapter.authorize(wire, secret, clock.now())
  return { ok: true, asked: unsent(asked, secret), wire: traced(signed, request.trace, made.spanId) }
}

/** Undefined if nobody wants it any more. Never rejects. */
export const prepare = async (wanted: Wanted, made: Growing, hands: Hands): Promise<Prepared | undefined> => {
  const { credential, isOver } = wanted
  try {
    // Asked for at once, so that what is read and what is held are waited for together.
    const holding = hands.reserve?.(made)
    const secret = await hands.secrets.read(credential.reference)
    const held = holding instanceof Promise ? await holding : holding
    if (isOver()) return undefined
    if (held?.ok === false) return held
    return written(wanted, { secret, made, hands, ...(held?.maxOutput !== undefined && { maxOutput: held.maxOutput }) })
  } catch (error) {
    if (isOver()) return undefined
    // The secret could not be read, or one of our own codecs broke: either way this candidate cannot be asked.
    const message = `${made.candidate.provider} could not be asked: ${error instanceof Error ? error.message : String(error)}`
    return { ok: false, failure: { kind: made.url === undefined ? 'upstream-credential' : 'internal', message } }
  }
}
