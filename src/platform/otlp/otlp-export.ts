/** Sends spans to a collector over OTLP/HTTP: tried again where that may help, given up when its time is over. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Exchange, Transport, WireHead, WireRequest } from '../../ports/transport.ts'
import type { Complain } from '../complaints.ts'
import { rejectedSpans } from './partial-success.ts'

export interface ExportOptions {
  readonly clock: Clock
  readonly transport: Transport
  /** Base address of an OTLP/HTTP receiver, or the address of its traces. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Compresses what is sent; worth it over a network, not on one machine. */
  readonly gzip: boolean
  readonly complain: Complain
}

/** How one try ended. */
type Outcome =
  | { readonly kind: 'taken'; readonly rejected: number }
  | { readonly kind: 'later'; readonly why: string; readonly wait?: number }
  | { readonly kind: 'refused'; readonly why: string }

export interface Exporter {
  /** Sends one request's body. Gives how many spans were lost, `count` if none arrived. Never rejects. */
  send(body: Uint8Array, count: number): Promise<number>
  /** Gives up what is under way, at once, and all that comes. */
  stop(): void
}

/** The status codes for which OTLP asks to try again. */
const laterStatuses = new Set([429, 502, 503, 504])

const connectWithin = millis(5000)
/** For one try. */
const patience = millis(10_000)
/** For all tries of one body. */
const longest = 30_000
const firstWait = 1000
const longestWait = 8000
/** More of an answer is not read. */
const mostBytes = 64 * 1024

const tracesUrl = (url: string): string => {
  const plain = url.replace(/\/+$/, '')
  return plain.endsWith('/v1/traces') ? plain : `${plain}/v1/traces`
}

/** Seconds or a date, as milliseconds from now. */
const retryAfter = (headers: WireHead['headers'], now: number): number | undefined => {
  const value = headers['retry-after']
  if (typeof value !== 'string') return undefined
  const seconds = Number(value)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

const judge = ({ status, headers }: WireHead, body: Uint8Array, now: number): Outcome => {
  if (status >= 200 && status < 300) return { kind: 'taken', rejected: rejectedSpans(body) }
  const why = `it answered ${status}`
  if (!laterStatuses.has(status)) return { kind: 'refused', why }
  const wait = retryAfter(headers, now)
  return { kind: 'later', why, ...(wait !== undefined && { wait }) }
}

/** One exchange: the outcome, and a way to end it. */
const tryOnce = ({ clock, transport }: ExportOptions, request: WireRequest, stopped: AbortSignal): Promise<Outcome> =>
  new Promise(resolve => {
    const chunks: Uint8Array[] = []
    let read = 0
    let head: WireHead = { status: 0, headers: {} }
    const giveUp = (why: string) => () => {
      exchange.stop()
      done({ kind: 'later', why })
    }
    const done = (outcome: Outcome): void => {
      takeBack()
      stopped.removeEventListener('abort', onStop)
      resolve(outcome)
    }
    const onStop = giveUp('the exporter was closed')
    const takeBack = clock.after(patience, giveUp(`it did not answer within ${patience / 1000} s`))
    stopped.addEventListener('abort', onStop)
    const exchange: Exchange = transport.send(
      request,
      {
        head: told => {
          head = told
        },
        data: chunk => {
          read += chunk.length
          if (read <= mostBytes) chunks.push(chunk)
        },
        end: () => done(judge(head, Buffer.concat(chunks), clock.now())),
        error: ({ message }) => done({ kind: 'later', why: message }),
      },
      connectWithin,
    )
  })

/** Waits, or less if the exporter is stopped. */
const pause = (clock: Clock, duration: number, stopped: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (stopped.aborted) return resolve()
    const finish = (): void => {
      takeBack()
      stopped.removeEventListener('abort', finish)
      resolve()
    }
    const takeBack = clock.after(millis(duration), finish)
    stopped.addEventListener('abort', finish)
  })

const compress = promisify(gzip)

const requestOf = async (options: ExportOptions, body: Uint8Array): Promise<WireRequest> => {
  const own = Object.entries(options.headers).flatMap(([name, value]) => [name.toLowerCase(), value])
  const encoding = options.gzip ? ['content-encoding', 'gzip'] : []
  return {
    method: 'POST',
    url: tracesUrl(options.url),
    headers: ['content-type', 'application/x-protobuf', 'user-agent', 'signalbox', ...encoding, ...own],
    body: options.gzip ? await compress(body, { level: 1 }) : body,
  }
}

export const otlpExporter = (options: ExportOptions): Exporter => {
  const { clock, complain } = options
  const stopping = new AbortController()
  const lost = (count: number, why: string): number => {
    complain(`${count} spans did not reach the collector at ${URL.parse(options.url)?.host ?? 'its address'}: ${why}`)
    return count
  }
  return {
    async send(body, count) {
      const until = clock.now() + longest
      const request = await requestOf(options, body)
      for (let wait = firstWait; ; wait = Math.min(wait * 2, longestWait)) {
        if (stopping.signal.aborted) return lost(count, 'the exporter was closed')
        const outcome = await tryOnce(options, request, stopping.signal)
        if (outcome.kind === 'taken') {
          return outcome.rejected === 0 ? 0 : lost(Math.min(count, outcome.rejected), 'it refused them')
        }
        if (outcome.kind === 'refused') return lost(count, outcome.why)
        // Spread by half, so that many gateways do not come back to a sick collector all at once.
        const rest = outcome.wait ?? wait * (0.75 + Math.random() * 0.5)
        if (clock.now() + rest >= until) return lost(count, outcome.why)
        await pause(clock, rest, stopping.signal)
      }
    },
    stop: () => stopping.abort(),
  }
}
