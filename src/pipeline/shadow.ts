/** Copies of settled requests that somebody else answers, for nobody to see: a few at a time, within the money of a day. */
import type { Hands } from '../dispatch/hands.ts'
import { Lane } from '../dispatch/lane.ts'
import type { LaneListener } from '../dispatch/lane.ts'
import type { DecisionTrace, Shadow } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { ShadowSkip, ShadowStory } from '../domain/gateway-event.ts'
import type { Attempt } from '../domain/outcome.ts'
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { Store } from '../ports/store.ts'
import { free, withCost } from './attempt-cost.ts'
import type { Asked } from './attempt-cost.ts'

/** A copy, and who answers it. */
export interface ShadowTask {
  readonly shadow: Shadow
  readonly candidate: Candidate
  readonly trace: DecisionTrace
  /** Behind the attempts of the request itself. */
  readonly index: number
  readonly asked: Asked
  /** With the patience of the policy. */
  readonly hands: Hands
  /** Millionths of a dollar; absent where unpriced. */
  readonly expected?: number
  readonly story: Omit<ShadowStory, 'decision' | 'shadow' | 'attempt' | 'cost'>
}

/** So many at once, of all policies together: a copy is worth less than anybody's answer. */
const mostAtOnce = 8

const dayLength = 24 * 3_600_000

/** Counts until nobody can ask for this day any more, wherever its clock stands. */
const counted = millis(2 * dayLength)

const spendKey = ({ shadow, trace }: ShadowTask, at: Instant): string =>
  `shadow:${trace.decision.policy.name}:${shadow.step}:${shadow.arm}:${Math.floor(at / dayLength)}`

const closing: Failure = { kind: 'cancelled', message: 'the gateway closes' }

/** One copy while it is answered. */
class Shade implements LaneListener {
  readonly #lane: Lane
  readonly #cancelTotal: () => void
  readonly #over: (shade: Shade, attempt: Attempt) => void

  constructor({ candidate, index, hands }: ShadowTask, over: (shade: Shade, attempt: Attempt) => void) {
    const { clock, patience } = hands
    this.#over = over
    this.#lane = new Lane({ candidate, index, except: [], kind: 'shadow' }, hands, this)
    this.#cancelTotal = clock.after(patience.total, () =>
      this.stop({ kind: 'upstream-timeout', message: `no whole answer within ${patience.total / 1000} s` }),
    )
  }

  start(): void {
    this.#lane.start()
  }

  stop(failure: Failure): void {
    this.#lane.stop(failure)
  }

  piece(): boolean {
    return true
  }

  opened(): void {}

  drained(): void {}

  ended(_lane: Lane, attempt: Attempt): void {
    this.#cancelTotal()
    this.#over(this, attempt)
  }
}

/** All copies that are under way. */
export class Shadows {
  readonly #counters: Store['counters']
  readonly #shades = new Set<Shade>()
  /** Those that wait for the store included. */
  #underWay = 0
  #isStopped = false

  constructor({ counters }: Pick<Store, 'counters'>) {
    this.#counters = counters
  }

  /** How many are under way. */
  get underWay(): number {
    return this.#underWay
  }

  /** Has a copy answered, if there is room and money for it. Never throws, and is never waited for. */
  ask(task: ShadowTask): void {
    if (this.#isStopped) return
    if (this.#underWay >= mostAtOnce) return this.#skip(task, 'too-many')
    this.#underWay += 1
    void this.#answer(task)
  }

  /** Stops what is under way at its socket; from now on nobody is asked. */
  stop(): void {
    this.#isStopped = true
    for (const shade of this.#shades) shade.stop(closing)
  }

  async #answer(task: ShadowTask): Promise<void> {
    const key = spendKey(task, task.hands.clock.now())
    const reserved = await this.#reserve(task, key)
    if (this.#isStopped || reserved !== undefined) {
      this.#underWay -= 1
      if (reserved !== undefined) this.#skip(task, reserved)
      else this.#correct(task, key, 0)
      return
    }
    const shade = new Shade(task, (ended, attempt) => {
      this.#shades.delete(ended)
      this.#underWay -= 1
      this.#tell(task, attempt, key)
    })
    this.#shades.add(shade)
    shade.start()
  }

  /** Puts what it is expected to cost aside, so that those under way together cannot spend more than there is; tells why it could not. */
  async #reserve({ shadow, expected }: ShadowTask, key: string): Promise<ShadowSkip | undefined> {
    const { maxSpend } = shadow
    if (maxSpend === undefined) return undefined
    if (expected === undefined) return 'uncounted'
    try {
      const { total, added } = await this.#counters.add(key, expected, { ceiling: maxSpend, ttl: counted })
      return added && total <= maxSpend ? undefined : 'spent'
    } catch {
      // A store that cannot be asked is told of by those who need it; here it only means that a limit cannot be held.
      return 'uncounted'
    }
  }

  /** What it cost in place of what was put aside for it. */
  #correct({ shadow, expected = 0 }: ShadowTask, key: string, cost: number): void {
    if (shadow.maxSpend === undefined || cost === expected) return
    // What was put aside stays so if the store is gone: as near to the truth as can be had.
    this.#counters.add(key, cost - expected, { ttl: counted }).catch(() => undefined)
  }

  #tell(task: ShadowTask, made: Attempt, key: string): void {
    const { hands, shadow, story, trace } = task
    const attempt = withCost(made, task.asked)
    const cost = attempt.cost ?? free
    this.#correct(task, key, cost.amount)
    hands.tell({
      type: 'shadow-ended',
      at: made.endedAt,
      request: hands.request.id,
      shadow: { ...story, decision: trace, shadow, attempt, cost },
    })
  }

  #skip({ hands, shadow }: ShadowTask, why: ShadowSkip): void {
    hands.tell({ type: 'shadow-skipped', at: hands.clock.now(), request: hands.request.id, shadow, why })
  }
}
