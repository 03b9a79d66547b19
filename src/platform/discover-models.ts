/** Asks servers which models they have, again and again; what a silent one said last stays known. */
import type { ProviderId } from '../domain/ids.ts'
import { millis } from '../domain/units.ts'
import type { Checked, Millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { ListedModel, ModelList } from '../ports/model-list.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Transport, WireRequest } from '../ports/transport.ts'

/** Each provider that has answered, with its models in its own order. */
export type KnownModels = ReadonlyMap<ProviderId, readonly ListedModel[]>

export interface DiscoverOptions {
  readonly transport: Transport
  readonly secrets: Secrets
  readonly clock: Clock
  /** From the end of one round to the next; a minute if not told. */
  readonly every?: Millis
  /** How long one answer may take; 3 s if not told. */
  readonly within?: Millis
  /** Told of models that come and go, and once of each server that falls silent or speaks again. */
  readonly tell: (level: 'info' | 'error', message: string) => void
  /** Called after a round that changed something. */
  readonly changed: (known: KnownModels) => void
}

export interface Discovery {
  /** Asks these from now on, and no others; resolves when each has answered or was given up. What others told is forgotten. */
  watch(lists: readonly ModelList[]): Promise<void>
  /** Asks all now, or waits for the round that is under way. */
  refresh(): Promise<void>
  known(): KnownModels
  close(): void
}

/** A list of models is short; more than this is something else. */
const longestList = 8 * 1024 * 1024
/** So many models are asked for one by one. */
const mostAsked = 200

const named = (models: readonly string[]): string => {
  const some = models.slice(0, 10).join(', ')
  return models.length > 10 ? `${some} and ${models.length - 10} more` : some
}

class Discoverer implements Discovery {
  readonly #options: DiscoverOptions
  #lists: readonly ModelList[] = []
  #known = new Map<ProviderId, readonly ListedModel[]>()
  readonly #silent = new Set<ProviderId>()
  /** Stops what is being asked. */
  readonly #asking = new Set<() => void>()
  /** Rounds of lists that are no longer asked change nothing. */
  #generation = 0
  #cancel: () => void = () => undefined
  #running: Promise<void> | undefined

  constructor(options: DiscoverOptions) {
    this.#options = options
  }

  known(): KnownModels {
    return this.#known
  }

  async watch(lists: readonly ModelList[]): Promise<void> {
    this.close()
    this.#lists = lists
    const staying = new Set(lists.map(({ provider }) => provider))
    this.#known = new Map([...this.#known].filter(([provider]) => staying.has(provider)))
    for (const provider of this.#silent) if (!staying.has(provider)) this.#silent.delete(provider)
    if (lists.length > 0) await this.refresh()
  }

  refresh(): Promise<void> {
    if (this.#running !== undefined) return this.#running
    this.#cancel()
    const running = this.#round(this.#generation).finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }

  close(): void {
    this.#generation += 1
    this.#running = undefined
    this.#cancel()
    for (const stop of this.#asking) stop()
  }

  async #round(generation: number): Promise<void> {
    const answers = await Promise.all(this.#lists.map(async list => [list, await this.#models(list)] as const))
    if (generation !== this.#generation) return
    const before = this.#known
    const after = new Map(before)
    for (const [{ provider }, models] of answers) {
      if (models.ok) after.set(provider, models.value)
      this.#note(provider, models)
    }
    const isChanged = JSON.stringify([...before]) !== JSON.stringify([...after])
    this.#known = after
    if (isChanged) this.#options.changed(after)
    const { clock, every = millis(60_000) } = this.#options
    this.#cancel = clock.after(every, () => void this.refresh())
  }

  /** Tells what is new of a provider. */
  #note(provider: ProviderId, models: Checked<readonly ListedModel[]>): void {
    const { tell } = this.#options
    if (!models.ok) {
      if (this.#silent.has(provider)) return
      this.#silent.add(provider)
      const kept = this.#known.get(provider)?.length ?? 0
      return tell(
        'error',
        `${provider} does not tell its models: ${models.why}; ${kept === 0 ? 'none is known' : `the ${kept} known before stay`}`,
      )
    }
    const before = (this.#known.get(provider) ?? []).map(({ model }) => model)
    const after = models.value.map(({ model }) => model)
    const come = after.filter(model => !before.includes(model))
    const gone = before.filter(model => !after.includes(model))
    if (this.#silent.delete(provider)) tell('info', `${provider} tells its models again`)
    if (come.length > 0) tell('info', `${provider} has ${named(come)}`)
    if (gone.length > 0) tell('info', `${provider} no longer has ${named(gone)}`)
  }

  async #models(list: ModelList): Promise<Checked<readonly ListedModel[]>> {
    const body = await this.#ask(list, list.request)
    if (!body.ok) return body
    const listed = list.read(body.value)
    if (!listed.ok || list.about === undefined) return listed
    const before = new Map((this.#known.get(list.provider) ?? []).map(one => [one.model, one]))
    const models: ListedModel[] = []
    // One after the other: a server of one's own has better things to do.
    for (const one of listed.value) models.push(before.get(one.model) ?? (await this.#about(list, one, models.length)))
    return { ok: true, value: models }
  }

  async #about(list: ModelList, listed: ListedModel, place: number): Promise<ListedModel> {
    if (list.about === undefined || place >= mostAsked) return listed
    const body = await this.#ask(list, list.about(listed.model))
    // A model whose size nobody tells can be asked for all the same.
    return body.ok ? (list.readAbout?.(listed, body.value) ?? listed) : listed
  }

  async #ask(list: ModelList, request: WireRequest): Promise<Checked<string>> {
    const { secrets, clock } = this.#options
    const credential = list.credentials.find(({ weight }) => weight > 0)
    let secret = ''
    try {
      if (credential !== undefined) secret = await secrets.read(credential.reference)
    } catch (error) {
      return { ok: false, why: error instanceof Error ? error.message : String(error) }
    }
    return this.#send(list.authorize(request, secret, clock.now()))
  }

  #send(wire: WireRequest): Promise<Checked<string>> {
    const { transport, clock, within = millis(3_000) } = this.#options
    return new Promise(resolve => {
      const chunks: Uint8Array[] = []
      let size = 0
      let status = 0
      let cancel = (): void => undefined
      const end = (answer: Checked<string>): void => {
        cancel()
        this.#asking.delete(stop)
        resolve(answer)
      }
      const giveUp = (why: string): void => {
        exchange.stop()
        end({ ok: false, why })
      }
      const stop = (): void => giveUp('it was no longer wanted')
      const exchange = transport.send(
        wire,
        {
          head: head => void (status = head.status),
          data: chunk => {
            size += chunk.length
            if (size > longestList) giveUp(`its answer is longer than ${longestList} bytes`)
            else chunks.push(chunk)
          },
          end: () =>
            end(
              status < 300
                ? { ok: true, value: Buffer.concat(chunks).toString() }
                : { ok: false, why: `it answered ${status}` },
            ),
          error: ({ message }) => end({ ok: false, why: message }),
        },
        within,
      )
      cancel = clock.after(within, () => giveUp(`it did not answer within ${within} ms`))
      this.#asking.add(stop)
    })
  }
}

/** Nothing is asked before `watch`. */
export const discoverModels = (options: DiscoverOptions): Discovery => new Discoverer(options)
