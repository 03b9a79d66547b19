/** A connection to Redis that never holds anybody up: what is not answered in time has failed, and then nobody asks for a while. */
import { createHash } from 'node:crypto'
import { millis } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PartHealth } from '../../ports/part-health.ts'

export interface RedisOptions {
  readonly url: string
  readonly clock: Clock
  /** How long a command may take; 250 ms if not told. */
  readonly timeout?: number
}

export type Reply = string | number | null | readonly Reply[]

/** How long nobody asks after one was not answered. */
const rest = 500
const connectWithin = 2_000
const longestWait = 2_000

/** The address without what nobody may read. */
const placeOf = (url: string): string => URL.parse(url)?.host ?? 'its address'

const clientOf = async (url: string) => {
  const { createClient } = await import('@redis/client')
  return createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectWithin,
      reconnectStrategy: tries => Math.min(longestWait, 50 * 2 ** tries) * (0.5 + Math.random() / 2),
    },
  })
}

type Client = Awaited<ReturnType<typeof clientOf>>

export class RedisConnection {
  readonly #client: Client
  readonly #clock: Clock
  readonly #timeout: number
  readonly #place: string
  readonly #loaded = new Map<string, string>()
  #restsUntil = -Infinity
  #health: PartHealth

  constructor(client: Client, { url, clock, timeout = 250 }: RedisOptions) {
    this.#client = client
    this.#clock = clock
    this.#timeout = timeout
    this.#place = placeOf(url)
    this.#health = { part: 'redis', state: 'ok', since: clock.now() }
  }

  health(): PartHealth {
    return this.#health
  }

  /** Runs a script. Rejects where it is not answered in time, at once while nobody is there. */
  async run(script: string, words: readonly string[]): Promise<Reply> {
    let sha = this.#loaded.get(script)
    if (sha === undefined) {
      sha = createHash('sha1').update(script).digest('hex')
      this.#loaded.set(script, sha)
    }
    try {
      return await this.command(['EVALSHA', sha, '0', ...words])
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return this.command(['EVAL', script, '0', ...words])
    }
  }

  /** One command. Rejects as `run`. */
  async command(words: readonly string[]): Promise<Reply> {
    const now = this.#clock.now()
    if (now < this.#restsUntil) throw new Error(this.#health.why ?? `redis at ${this.#place} does not answer`)
    try {
      const reply = await this.#inTime(this.#client.sendCommand<Reply>([...words]))
      if (this.#health.state !== 'ok') this.#health = { part: 'redis', state: 'ok', since: this.#clock.now() }
      return reply
    } catch (error) {
      throw this.#failed(error)
    }
  }

  #inTime(answered: Promise<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(millis(this.#timeout), () =>
        reject(new Error(`it did not answer within ${this.#timeout} ms`)),
      )
      answered.then(resolve, reject).finally(cancel)
    })
  }

  /** An error that Redis told is its answer; any other means that it is not there. */
  #failed(error: unknown): Error {
    const message = error instanceof Error ? error.message : String(error)
    const isTold =
      error instanceof Error && /^(?:[A-Z]{3,} )/.test(message) && !/^(?:LOADING|READONLY|MASTERDOWN) /.test(message)
    if (isTold) return error
    const now = this.#clock.now()
    const why = `redis at ${this.#place} cannot be asked: ${message === '' ? 'the connection was closed' : message}`
    this.#restsUntil = now + rest
    const since: Instant = this.#health.state === 'ok' ? now : this.#health.since
    this.#health = { part: 'redis', state: 'down', since, why }
    return new Error(why)
  }

  async close(): Promise<void> {
    const closed = this.#client.close().catch(() => undefined)
    const late = new Promise<void>(resolve => void this.#clock.after(millis(this.#timeout), resolve))
    await Promise.race([closed, late])
    try {
      this.#client.destroy()
    } catch {
      // It was closed already, or never open.
    }
  }
}

/** Connects. Resolves whether or not anybody answers yet: it is tried again and again. */
export const connectRedis = async (options: RedisOptions): Promise<RedisConnection> => {
  const client = await clientOf(options.url)
  // Each command that fails tells why; what happens in between is heard here, so that it ends nothing.
  client.on('error', () => undefined)
  const connected = client.connect().then(
    () => undefined,
    () => undefined,
  )
  const patience = new Promise<void>(resolve => void options.clock.after(millis(connectWithin), resolve))
  await Promise.race([connected, patience])
  return new RedisConnection(client, options)
}
