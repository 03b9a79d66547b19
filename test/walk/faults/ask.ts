/** Asks for one cell as its client would, and tells what came of it. */
import type { Json } from '../../seen/seen.ts'
import { isSeen } from './answers.ts'
import type { Cell } from './cells.ts'
import { headersOf, limitOf } from './cells.ts'
import { eventsIn } from './fronts.ts'
import type { Front, Read } from './fronts.ts'

/** What a client got. */
export interface Got extends Read {
  readonly status: number
  /** The provider and the model that the head names. */
  readonly by: string
  readonly attempts: number
  /** A proper end, and none that tells of an error. */
  readonly isWhole: boolean
  readonly hasError: boolean
  /** What of it breaks the schema or the rules of its dialect. */
  readonly breaches: readonly string[]
  /** It had to be given up, or was cut off without a word. */
  readonly lost?: string
}

/** Reads all that comes; `hear` is told once something of the first candidate's answer has come. */
const readAll = async (
  response: Response,
  hear: () => void,
): Promise<{ readonly text: string; readonly lost?: string }> => {
  const decoder = new TextDecoder()
  let text = ''
  let isHeard = false
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (isHeard || !isSeen(text)) continue
      isHeard = true
      hear()
    }
    return { text }
  } catch (error) {
    return { text, lost: error instanceof Error ? error.message : String(error) }
  }
}

const nothing: Read = { text: '', calls: [], code: undefined, type: undefined, starts: 0, ends: 0 }

/** An answer as it came, not understood yet. */
export interface Sent {
  readonly status: number
  readonly type: string
  readonly by: string
  readonly attempts: number
  readonly text: string
  readonly lost?: string
}

/** Asks, and waits for the end of the answer. */
export const ask = async (url: string, front: Front, cell: Cell, hear: () => void): Promise<Sent> => {
  const { id, way, isCall } = cell
  const response = await fetch(`${url}${front.path(id, way.streamed)}`, {
    method: 'POST',
    headers: headersOf(cell),
    body: JSON.stringify(front.body(id, way.streamed, isCall)),
    signal: AbortSignal.timeout(limitOf(cell)),
  }).catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  if (typeof response === 'string') return { status: 0, type: '', by: '', attempts: 0, text: '', lost: response }
  const { status, headers } = response
  const sent = await readAll(response, hear)
  hear()
  return {
    status,
    type: headers.get('content-type') ?? '',
    by: headers.get('x-signalbox-model') ?? '',
    attempts: Number(headers.get('x-signalbox-attempts') ?? 0),
    ...sent,
  }
}

/** What it says. Schemas are slow to load, so that this waits until all has been asked. */
export const understand = (front: Front, { type, text, ...sent }: Sent): Got => {
  if (sent.lost !== undefined) return { ...nothing, ...sent, isWhole: false, hasError: false, breaches: [] }
  const bodies = type.startsWith('text/event-stream') ? eventsIn(text) : [JSON.parse(text) as Json]
  return { ...front.read(bodies), ...sent, ...front.held(sent.status, type, text) }
}
