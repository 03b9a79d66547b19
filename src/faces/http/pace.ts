/** Watches how fast a body comes: what is slower than anyone's network could be is not waited for. */
import type { Failure } from '../../domain/failure.ts'
import type { Front } from './front.ts'
import { invalid } from './reply.ts'

const tooSlow = (why: string): Failure => invalid(`the body came too slowly: ${why}`, { status: 408 })

export class Pace {
  readonly #front: Front
  readonly #refuse: (failure: Failure) => void
  readonly #until: number
  #size = 0
  #sizeBefore = 0
  #wasHeld = false
  #takeBack: () => void

  /** `refuse` is told once that it is too slow. */
  constructor(front: Front, refuse: (failure: Failure) => void) {
    this.#front = front
    this.#refuse = refuse
    this.#until = front.clock.now() + front.limits.body
    this.#takeBack = front.clock.after(front.limits.window, this.#look)
  }

  came(bytes: number): void {
    this.#size += bytes
  }

  /** We asked the sender to wait: for as long, its pace is ours. */
  held(): void {
    this.#wasHeld = true
  }

  stop(): void {
    this.#takeBack()
  }

  readonly #look = (): void => {
    const { limits, clock } = this.#front
    const came = this.#size - this.#sizeBefore
    if (clock.now() >= this.#until) return this.#refuse(tooSlow(`not whole after ${limits.body / 1000} s`))
    if (came < limits.least && !this.#wasHeld) {
      const found = `${came} bytes in ${limits.window / 1000} s`
      return this.#refuse(tooSlow(`${found}; at least ${limits.least} would be right`))
    }
    this.#sizeBefore = this.#size
    this.#wasHeld = false
    this.#takeBack = clock.after(limits.window, this.#look)
  }
}
