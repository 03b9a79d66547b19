/** How fast a model speaks: its medians, varied by chance as real ones vary. */
import { chanceOf, lognormal } from './chance.ts'
import type { WorldModel } from './models.ts'

/** `real` takes the time that the real thing takes, a number so many times as long, `instant` none. */
export type Pace = 'instant' | 'real' | number

/** Milliseconds of one answer. */
export interface Rhythm {
  readonly firstToken: number
  readonly perToken: number
}

/** Reading the input takes time too: so many tokens a second. */
const readPerSecond = 8_000

export interface Slowness {
  readonly factor: number
  readonly addMs: number
}

/** The rhythm of one answer; the same seed gives the same. */
export const rhythmOf = (
  model: WorldModel,
  inputTokens: number,
  seed: string,
  slowness: Slowness & { readonly pace: Pace },
): Rhythm => {
  const chance = chanceOf(`${seed} pace`)
  const scale = slowness.pace === 'instant' ? 0 : slowness.pace === 'real' ? 1 : slowness.pace
  const first = model.firstToken * lognormal(chance, 0.35) + (1000 * inputTokens) / readPerSecond
  const each = 1000 / (model.perSecond * lognormal(chance, 0.18))
  return { firstToken: first * scale * slowness.factor + slowness.addMs, perToken: each * scale * slowness.factor }
}
