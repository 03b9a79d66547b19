/** What came of a drill: the measures of every contender, one for each seed, and what pictures are drawn from. */
import type { Drill } from './drill.ts'
import type { Measures } from './measure.ts'
import type { Panel } from './picture.ts'

export interface Outcome {
  readonly drill: Drill
  /** In the order of the drill's contenders. */
  readonly results: ReadonlyMap<string, readonly Measures[]>
  readonly panels: readonly Panel[]
}
