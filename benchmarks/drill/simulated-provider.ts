/** One deployment of the simulated world: it takes time, has so much room, is limited, and is ill when the weather says so. */
import { chanceOf, lognormal } from '../../src/world/chance.ts'
import type { WorldModel } from '../../src/world/models.ts'
import type { RecordedPrompt } from '../../src/world/recordings.ts'
import { rhythmOf } from '../../src/world/pace.ts'
import type { CallRecord, Journal } from './journal.ts'
import type { Take, Tape } from './tape.ts'
import type { Asking } from './traffic.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { luckOf } from './weather.ts'
import type { Luck, Spell } from './weather.ts'

/** A deployment as a drill describes it. */
export interface Place {
  readonly id: string
  /** Whose recorded answers it gives, whose price and speed it has. */
  readonly model: string
  /** Times the model's own: price, time to the first token, tokens a second. */
  readonly price?: number
  readonly firstToken?: number
  readonly pace?: number
  /** How many requests it serves at once, and how many may wait; past that it is overloaded. */
  readonly capacity?: number
  readonly queue?: number
  readonly rpm?: number
  readonly tags?: Readonly<Record<string, string>>
  /** The score that it is configured with, where that is not the counted one. */
  readonly quality?: Readonly<Record<string, number>>
}

/** Told of a call as it goes on. Nothing is told after `stop`, and nothing after the last. */
export interface Hearing {
  /** The head of an answer, right before its first piece. */
  first(): void
  piece(take: Take, place: number): void
  whole(take: Take): void
  /** An error answer, with the headers that tell of limits. */
  error(status: number, headers: Readonly<Record<string, string>>): void
  refused(): void
}

/** What all deployments of a run share. */
export interface Ground {
  readonly clock: VirtualClock
  readonly tape: Tape
  readonly journal: Journal
  readonly spells: readonly Spell[]
  readonly seed: string
}

/** A call under way at the provider. */
interface Work {
  readonly record: CallRecord
  readonly hearing: Hearing
  readonly take: Take
  readonly rhythm: { readonly firstToken: number; readonly perToken: number }
  cancel: (() => void) | undefined
}

const times = (model: WorldModel, { firstToken = 1, pace = 1 }: Place): WorldModel => ({
  ...model,
  firstToken: model.firstToken * firstToken,
  perSecond: model.perSecond * pace,
})

/** How many tokens the world counts for a prompt. */
export const inputTokensOf = ({ prompt }: RecordedPrompt): number => Math.ceil(prompt.length / 4) + 4

/** A limit of so many a minute lets a tenth of them pass at once, if nothing came before. */
const burst = (rpm: number): number => rpm / 10

/** An error is told after so many milliseconds, the median. */
const errorTakes = 120
/** A refused connection is known at once, a limit nearly so. */
const refusedTakes = 2
const limitTakes = 25

export class SimulatedProvider {
  readonly place: Place
  readonly #model: WorldModel
  readonly #ground: Ground
  readonly #waiting: Work[] = []
  #active = 0
  /** What is left of the rate limit, refilled as time passes. */
  #left: number
  #leftAt = 0

  constructor(place: Place, model: WorldModel, ground: Ground) {
    this.place = place
    this.#model = times(model, place)
    this.#ground = ground
    this.#left = burst(place.rpm ?? 0)
  }

  /** Asks; the returned function hangs up. `attempt` tells the tries of one request from each other. */
  ask(asking: Asking, attempt: number, hearing: Hearing): () => void {
    const { clock, journal, spells, seed } = this.#ground
    const chance = chanceOf(`${seed} ${this.place.id} ${asking.number} ${attempt}`)
    const luck = luckOf(spells, this.place.id, clock.elapsed() / 1000, chance)
    const work = this.#workOf(asking, luck, hearing, `${asking.number} ${attempt}`)
    journal.calls.push(work.record)
    const limits = this.#limited()
    if (limits !== undefined) this.#fail(work, 'limited', limitTakes, () => hearing.error(429, limits))
    else if (luck.fault === 'refused') this.#fail(work, 'refused', refusedTakes, () => hearing.refused())
    else if (luck.fault === 'error')
      this.#fail(work, 'error', errorTakes * lognormal(chance, 0.4), () => hearing.error(503, {}))
    else if (luck.fault === undefined) this.#admit(work)
    return () => this.#hangUp(work)
  }

  #workOf({ prompt, number }: Asking, { answersAs, factor, tail }: Luck, hearing: Hearing, which: string): Work {
    const { clock, tape, seed } = this.#ground
    const take = tape.take(prompt, answersAs ?? this.#model.id)
    const inputTokens = inputTokensOf(prompt)
    const rhythm = rhythmOf(this.#model, inputTokens, `${seed} ${this.place.id} ${which}`, {
      pace: 'real',
      factor,
      addMs: 0,
    })
    const record: CallRecord = {
      request: number,
      on: this.place.id,
      at: clock.elapsed(),
      inputTokens,
      tokens: 0,
      isRight: take.isRight,
    }
    return {
      record,
      hearing,
      take,
      rhythm: { firstToken: rhythm.firstToken * tail, perToken: rhythm.perToken },
      cancel: undefined,
    }
  }

  /** The headers of a refusal where nothing of the rate limit is left. */
  #limited(): Readonly<Record<string, string>> | undefined {
    const { rpm } = this.place
    if (rpm === undefined) return undefined
    const now = this.#ground.clock.elapsed()
    this.#left = Math.min(burst(rpm), this.#left + ((now - this.#leftAt) * rpm) / 60_000)
    this.#leftAt = now
    if (this.#left < 1) {
      const wait = ((1 - this.#left) * 60_000) / rpm
      return { 'retry-after-ms': String(Math.ceil(wait)), ...this.limits() }
    }
    this.#left -= 1
    return undefined
  }

  /** What its headers tell of its limits; nothing where it has none. */
  limits(): Readonly<Record<string, string>> {
    const { rpm } = this.place
    if (rpm === undefined) return {}
    const reset = ((burst(rpm) - this.#left) * 60_000) / rpm
    return {
      'x-ratelimit-limit-requests': String(burst(rpm)),
      'x-ratelimit-remaining-requests': String(Math.floor(this.#left)),
      'x-ratelimit-reset-requests': `${Math.ceil(reset)}ms`,
    }
  }

  #fail(work: Work, end: NonNullable<CallRecord['end']>, after: number, tell: () => void): void {
    work.cancel = this.#ground.clock.after(after, () => {
      this.#end(work, end)
      tell()
    })
  }

  #room(): number {
    const seconds = this.#ground.clock.elapsed() / 1000
    const { capacity = Infinity, id } = this.place
    const spells = this.#ground.spells.filter(
      one => one.on === id && one.capacity !== undefined && seconds >= one.from && seconds < one.to,
    )
    return spells.reduce((room, one) => room * (one.capacity ?? 1), capacity)
  }

  #admit(work: Work): void {
    if (this.#active < this.#room()) return this.#begin(work)
    if (this.#waiting.length < (this.place.queue ?? Infinity)) this.#waiting.push(work)
    else this.#fail(work, 'full', limitTakes, () => work.hearing.error(503, {}))
  }

  #begin(work: Work): void {
    const { clock, journal } = this.#ground
    this.#active++
    work.record.begunAt = clock.elapsed()
    const second = Math.floor(clock.elapsed() / 1000)
    const load = journal.load.get(this.place.id) ?? []
    journal.load.set(this.place.id, load)
    load[second] = Math.max(load[second] ?? 0, this.#active)
    work.cancel = clock.after(work.rhythm.firstToken, () => {
      work.record.firstAt = clock.elapsed()
      work.hearing.first()
      this.#speak(work, 0)
    })
  }

  /** Every piece when its last token is made. */
  #speak(work: Work, place: number): void {
    if (work.record.end !== undefined) return
    const { clock } = this.#ground
    work.hearing.piece(work.take, place)
    const [now, next] = [work.take.pieces[place], work.take.pieces[place + 1]]
    if (work.record.end !== undefined) return
    work.record.tokens = now?.upTo ?? 0
    if (now === undefined || next === undefined) {
      this.#end(work, 'whole')
      return work.hearing.whole(work.take)
    }
    work.cancel = clock.after((next.upTo - now.upTo) * work.rhythm.perToken, () => this.#speak(work, place + 1))
  }

  #hangUp(work: Work): void {
    const { record, rhythm, take } = work
    if (record.end !== undefined) return
    if (record.firstAt !== undefined) {
      const spoken = 1 + Math.floor((this.#ground.clock.elapsed() - record.firstAt) / rhythm.perToken)
      record.tokens = Math.min(take.tokens, spoken)
    }
    this.#end(work, 'stopped')
  }

  #end(work: Work, end: NonNullable<CallRecord['end']>): void {
    const { record } = work
    work.cancel?.()
    record.end = end
    record.endedAt = this.#ground.clock.elapsed()
    const waits = this.#waiting.indexOf(work)
    if (waits >= 0) this.#waiting.splice(waits, 1)
    if (record.begunAt === undefined) return
    this.#active--
    while (this.#active < this.#room()) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#begin(next)
    }
  }
}
