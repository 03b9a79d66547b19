/** Several gateways that share what they keep, asked all at once, of which one after another is killed in the middle. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { runSources } from '../child.ts'
import type { Child } from '../child.ts'
import { perInput, perOutput } from './counting-upstream.ts'
import type { CountingUpstream } from './counting-upstream.ts'

const key = 'sk-sb-0123456789abcdef0123456789abcdef'

export interface HousesOptions {
  readonly folder: string
  readonly upstream: CountingUpstream
  /** The section `store` of the configuration. */
  readonly store: string
  readonly processes: number
  /** US dollars. */
  readonly cap: number
}

/** What came of one request: its cost as the gateway told it, or why there is none. */
export type Came = { readonly trace: string } & (
  | { readonly status: number; readonly cost?: number }
  | { readonly gone: string }
)

interface House {
  readonly child: Child
  readonly url: string
}

const configOf = ({ upstream, store, cap }: HousesOptions): string =>
  [
    'providers:',
    `  up: { type: openai-compatible, url: 'http://127.0.0.1:${upstream.port}/v1', key: '\${UP_KEY}' }`,
    'deployments:',
    `  model: { provider: up, model: model, accepts: [text], contextWindow: 8000, maxOutput: 1000, price: { input: ${perInput}, output: ${perOutput} } }`,
    `keys: { test: { value: '\${TEST_KEY}', budget: { usd: ${cap}, per: total } } }`,
    'server: { host: 127.0.0.1, port: 0 }',
    store,
    'telemetry: { log: off }',
  ].join('\n')

/** Gateways of one house. */
export class KilledHouses implements AsyncDisposable {
  readonly #options: HousesOptions
  readonly #path: string
  readonly #agent = new Agent({ connections: 64, pipelining: 1 })
  #houses: readonly House[] = []

  private constructor(options: HousesOptions) {
    this.#options = options
    this.#path = join(options.folder, 'signalbox.yaml')
    writeFileSync(this.#path, configOf(options))
  }

  /** All of them, listening. */
  static async open(options: HousesOptions): Promise<KilledHouses> {
    const houses = new KilledHouses(options)
    houses.#houses = await Promise.all(Array.from({ length: options.processes }, () => houses.#start()))
    return houses
  }

  async #start(): Promise<House> {
    const env = { UP_KEY: 'sk-upstream-0123456789abcdef', TEST_KEY: key }
    const child = runSources(['serve', '--config', this.#path], { cwd: this.#options.folder, env })
    const [, url = ''] = await child.until(/listens on (http:\S+)/)
    return { child, url }
  }

  async #ask(url: string): Promise<Came> {
    const trace = randomBytes(16).toString('hex')
    const body = {
      model: 'model',
      max_tokens: 1 + Math.floor(Math.random() * 100),
      messages: [{ role: 'user', content: 'Hi' }],
    }
    try {
      const answer = await request(`${url}/v1/chat/completions`, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          traceparent: `00-${trace}-00f067aa0ba902b7-01`,
        },
        body: JSON.stringify(body),
      })
      await answer.body.dump()
      const told = answer.headers['x-signalbox-cost-usd']
      const cost = answer.statusCode === 200 ? Math.round(Number(told) * 1e6) : undefined
      return { trace, status: answer.statusCode, ...(cost !== undefined && { cost }) }
    } catch (error) {
      return { trace, gone: error instanceof Error ? error.message : String(error) }
    }
  }

  /** So many requests at once over all of them; one is killed in the middle of it, if that is wanted, and replaced. */
  async round(requests: number, kills: boolean): Promise<readonly Came[]> {
    const houses = this.#houses
    const asked = Array.from({ length: requests }, (_, place) => this.#ask(houses[place % houses.length]?.url ?? ''))
    const victim = kills ? Math.floor(Math.random() * houses.length) : -1
    if (kills) {
      await new Promise(resolve => setTimeout(resolve, 10 + Math.random() * 60))
      houses[victim]?.child.kill('SIGKILL')
    }
    const came = await Promise.all(asked)
    if (kills) {
      await houses[victim]?.child.ended
      const next = await this.#start()
      this.#houses = houses.map((house, place) => (place === victim ? next : house))
    }
    return came
  }

  /** All end as they are asked to. */
  async stop(): Promise<void> {
    for (const { child } of this.#houses) child.kill('SIGTERM')
    await Promise.all(this.#houses.map(({ child }) => child.ended))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
    for (const { child } of this.#houses) await child[Symbol.asyncDispose]()
  }
}
