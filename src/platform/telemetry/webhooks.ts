/** Tells of limits that come near their end to addresses of the configuration, as signed POSTs. */
import { createHmac } from 'node:crypto'
import type { GatewayEvent } from '../../domain/gateway-event.ts'
import { millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Records } from '../../ports/store.ts'
import type { Transport } from '../../ports/transport.ts'
import type { Complain } from '../complaints.ts'
import type { Listener } from '../listener.ts'

export interface Hook {
  readonly url: string
  /** Signs what is sent: HMAC-SHA-256 over the time, a dot and the body. */
  readonly secret?: string
}

export interface WebhookOptions {
  readonly hooks: readonly Hook[]
  readonly clock: Clock
  readonly transport: Transport
  /** Where it is noted what was told, so that of many processes one tells it. */
  readonly records: Records
  readonly complain: Complain
}

type Crossed = Extract<GatewayEvent, { type: 'limit-crossed' }>

const connectWithin = millis(5_000)
const patience = millis(10_000)
const tries = 5
const firstWait = 1_000
/** More wait for nobody: what is told is old by then. */
const mostWaiting = 1_000
/** For so long nobody tells the same again, where no window says how long it is the same. */
const remembered = millis(24 * 3_600_000)

/** A window that rolls has no end: what is told of it is the same for an hour. */
const windowOf = ({ limit, balance, at }: Crossed): string =>
  limit.window === 'rolling' && limit.per !== 'total'
    ? `hour ${Math.floor(at / 3_600_000)}`
    : String(balance.resetsAt ?? 'total')

const bodyOf = ({ limit, share, balance, at }: Crossed, id: string): string =>
  JSON.stringify({
    id,
    type: 'limit.crossed',
    at: new Date(at).toISOString(),
    limit: { id: limit.id, level: limit.level, of: limit.of, measure: limit.measure, amount: limit.amount },
    per: limit.per,
    hard: limit.hard,
    share,
    used: balance.used,
    reserved: balance.reserved,
    ...(balance.resetsAt !== undefined && { resets_at: new Date(balance.resetsAt).toISOString() }),
  })

const signature = (secret: string, at: number, body: string): string => {
  const seconds = Math.floor(at / 1000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

/** One POST; the status, or why there is none. */
const post = ({ transport, clock }: WebhookOptions, { url, secret }: Hook, body: string): Promise<number | string> =>
  new Promise(resolve => {
    let status = 0
    const signed = secret === undefined ? [] : ['x-signalbox-signature', signature(secret, clock.now(), body)]
    const headers = ['content-type', 'application/json', 'user-agent', 'signalbox', ...signed]
    const end = (told: number | string): void => {
      cancel()
      resolve(told)
    }
    const cancel = clock.after(patience, () => {
      exchange.stop()
      end(`it did not answer within ${patience / 1000} s`)
    })
    const exchange = transport.send(
      { method: 'POST', url, headers, body },
      {
        head: head => {
          status = head.status
        },
        data: () => undefined,
        end: () => end(status),
        error: ({ message }) => end(message),
      },
      connectWithin,
    )
  })

/** Whether it may be taken another time. */
const isPassing = (told: number | string): boolean => typeof told === 'string' || told >= 500 || told === 429

/** Hears of limits; tells each crossing once, to each address. */
export const webhookListener = (options: WebhookOptions): Listener => {
  const { hooks, clock, records, complain } = options
  const underWay = new Set<Promise<void>>()
  let isClosed = false
  let lost = 0
  const pause = (wait: number): Promise<void> => new Promise(resolve => void clock.after(millis(wait), resolve))
  const deliver = async (hook: Hook, body: string): Promise<void> => {
    const host = URL.parse(hook.url)?.host ?? 'its address'
    for (let attempt = 1, wait = firstWait; ; attempt += 1, wait *= 2) {
      const told = await post(options, hook, body)
      if (typeof told === 'number' && told >= 200 && told < 300) return
      if (attempt < tries && isPassing(told) && !isClosed) {
        await pause(wait)
        continue
      }
      lost += 1
      return complain(`a webhook did not reach ${host}: ${typeof told === 'number' ? `it answered ${told}` : told}`)
    }
  }
  const tell = async (event: Crossed): Promise<void> => {
    const { limit, share } = event
    const id = `${limit.id} ${share} ${windowOf(event)}`
    try {
      if (!(await records.put(`told/${id}`, event.at, 0, remembered))) return
    } catch {
      // Better told by each process than by none.
    }
    const body = bodyOf(event, id)
    await Promise.all(hooks.map(hook => deliver(hook, body)))
  }
  return {
    hear: event => {
      if (event.type !== 'limit-crossed' || hooks.length === 0 || isClosed) return
      if (underWay.size >= mostWaiting) {
        lost += hooks.length
        return
      }
      const telling: Promise<void> = tell(event).finally(() => underWay.delete(telling))
      underWay.add(telling)
    },
    flush: async () => void (await Promise.all(underWay)),
    close: async () => {
      isClosed = true
      await Promise.all(underWay)
    },
    dropped: () => lost,
  }
}
