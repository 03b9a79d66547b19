/** A conversation over a socket as it is asked for. */
import type { Failure } from '../domain/failure.ts'
import type { RealtimeBody } from '../domain/operation.ts'
import type { Asked } from '../ports/provider.ts'
import { namedOpening } from './lines.ts'
import type { Line } from './lines.ts'
import { liveReckoning, readTurns, realtimeReckoning } from './read-turns.ts'

/** With whom, and where. */
export interface Partner {
  readonly who: string
  readonly line: Line
  /** The provider's address. */
  readonly base: string
  readonly model: string
  /** Ours, told to providers as `user-agent: signalbox/…`. */
  readonly version: string
  /** Sent whatever the client says. */
  readonly headers: Readonly<Record<string, string>> | undefined
  /** What an error with this status and body means. */
  readonly told: (status: number, body: string) => Failure
}

const reckonings = { 'openai-realtime': realtimeReckoning, 'gemini-live': liveReckoning } as const

/** The request for the line, with what is said first on it. */
export const converse = (
  { who, line, base, model, version, headers = {}, told }: Partner,
  { protocol, query = '', headers: given = [], opening }: RealtimeBody,
): Asked => {
  const first = opening && (line.named === undefined ? opening : namedOpening(opening, line.named(model)))
  const fixed = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value])
  return {
    lane: 'express',
    wire: {
      method: 'GET',
      url: line.address(base, { model, query }),
      headers: ['user-agent', `signalbox/${version}`, ...given, ...fixed],
      body: '',
      ...(first !== undefined && { opening: first }),
    },
    losses: [],
    read: () => readTurns({ who, reckoning: reckonings[protocol], failureIn: told }),
  }
}
