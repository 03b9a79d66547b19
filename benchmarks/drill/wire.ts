/** The simulated providers over the gateway's own socket: requests come in and answers go out in OpenAI's dialect. */
import type { Exchange, Transport, WireListener, WireRequest } from '../../src/ports/transport.ts'
import { inputTokensOf } from './simulated-provider.ts'
import type { Hearing, SimulatedProvider } from './simulated-provider.ts'
import type { Take } from './tape.ts'
import type { Asking } from './traffic.ts'

const encoder = new TextEncoder()
const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

/** Where a deployment of this name is reached. */
export const addressOf = (id: string): string => `http://${id}.drill.test/v1`

const headerOf = ({ headers }: WireRequest, name: string): string | undefined => {
  for (let place = 0; place < headers.length; place += 2) if (headers[place] === name) return headers[place + 1]
  return undefined
}

/** The number of a request as its trace's id, by which the world knows it again. */
export const traceOf = (number: number): string => String(number).padStart(32, '0')
const numberIn = (request: WireRequest): number => Number(headerOf(request, 'traceparent')?.split('-')[1])

/** What the transport needs of the world. */
export interface Wired {
  readonly providers: ReadonlyMap<string, SimulatedProvider>
  asking(number: number): Asking | undefined
}

interface Line {
  readonly listener: WireListener
  readonly asking: Asking
  readonly provider: SimulatedProvider
}

const headers = (type: string, { provider }: Line): Readonly<Record<string, string>> => ({
  'content-type': type,
  ...provider.limits(),
})

const chunk = (line: Line, choices: unknown, more: object = {}): Uint8Array =>
  encoder.encode(
    frame({
      id: `chatcmpl-${line.asking.number}`,
      object: 'chat.completion.chunk',
      created: 1_767_614_400,
      model: line.provider.place.id,
      choices,
      ...more,
    }),
  )

/** A streamed answer: the first piece comes with the head, the count of tokens with the last. */
const heard = (line: Line): Hearing => {
  const { listener, asking } = line
  const input = inputTokensOf(asking.prompt)
  const usageOf = ({ tokens }: Take) => ({
    prompt_tokens: input,
    completion_tokens: tokens,
    total_tokens: input + tokens,
  })
  const said = (delta: object, finish: string | null = null): Uint8Array =>
    chunk(line, [{ index: 0, delta, finish_reason: finish }])
  return {
    first: () => listener.head({ status: 200, headers: headers('text/event-stream', line) }),
    piece: (take, place) => {
      const content = take.pieces[place]?.text ?? ''
      listener.data(said(place === 0 ? { role: 'assistant', content } : { content }))
    },
    whole: take => {
      listener.data(said({}, 'stop'))
      listener.data(chunk(line, [], { usage: usageOf(take) }))
      listener.data(encoder.encode('data: [DONE]\n\n'))
      listener.end()
    },
    error: (status, more) => {
      const type = status === 429 ? 'rate_limit_error' : 'server_error'
      const error = { message: status === 429 ? 'Too many requests.' : 'The server is overloaded.', type, code: null }
      listener.head({ status, headers: { ...headers('application/json', line), ...more } })
      listener.data(encoder.encode(JSON.stringify({ error })))
      listener.end()
    },
    refused: () => listener.error({ kind: 'connect', message: 'connection refused' }),
  }
}

/** The only door of the gateway to the simulated world. */
export const wireTransport = (wired: Wired): Transport => {
  const tries = new Map<string, number>()
  return {
    send(request, listener): Exchange {
      const id = new URL(request.url).hostname.split('.')[0] ?? ''
      const provider = wired.providers.get(id)
      const asking = wired.asking(numberIn(request))
      if (provider === undefined || asking === undefined) throw new Error(`the drill has no ${request.url}`)
      const key = `${asking.number} ${id}`
      const attempt = tries.get(key) ?? 0
      tries.set(key, attempt + 1)
      const line = { listener, asking, provider }
      const hangUp = provider.ask(asking, attempt, heard(line))
      return { pause: () => undefined, resume: () => undefined, stop: hangUp }
    },
  }
}
