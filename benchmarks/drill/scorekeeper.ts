/** Scores answers as a judge would: some of them, some time after; what deployments are configured with follows. */
import type { Settings } from '../../src/config/settings.ts'
import { unit } from '../../src/domain/units.ts'
import { chanceOf } from '../../src/world/chance.ts'
import type { Journal } from './journal.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface ScorekeeperOptions {
  readonly clock: VirtualClock
  readonly journal: Journal
  readonly settings: Settings
  readonly seed: string
  /** In seconds. */
  readonly until: number
  tell(settings: Settings): unknown
  taskOf(request: number): string
}

/** Of the answers, how many are scored, and how often what was learnt is told. */
const sample = 0.25
const every = 10
/** A score counts for half after so many further ones; what was configured counts as this many at the beginning. */
const halfAfter = 60
const trust = 60

interface Running {
  right: number
  scored: number
}

/** What is known of every deployment at every task, from what was configured on. */
const runningsOf = ({ deployments }: Settings): ReadonlyMap<string, Running> =>
  new Map(
    deployments.flatMap(({ id, quality }) =>
      Object.entries(quality).map(([task, at]): [string, Running] => [
        `${id} ${task}`,
        { right: trust * at, scored: trust },
      ]),
    ),
  )

const add = (running: Running | undefined, isRight: boolean): void => {
  if (running === undefined) return
  const left = 0.5 ** (1 / halfAfter)
  running.right = running.right * left + Number(isRight)
  running.scored = running.scored * left + 1
}

const withScores = (settings: Settings, runnings: ReadonlyMap<string, Running>): Settings => ({
  ...settings,
  deployments: settings.deployments.map(one => ({
    ...one,
    quality: Object.fromEntries(
      Object.entries(one.quality).map(([task, at]) => {
        const running = runnings.get(`${one.id} ${task}`)
        return [task, running === undefined ? at : unit(running.right / running.scored)]
      }),
    ),
  })),
})

/** Goes through the answers that came since the last time, and reloads the gateway with scores as they now stand. */
export const scorekeeper = (options: ScorekeeperOptions): void => {
  const { clock, journal, settings, until, tell, taskOf } = options
  const chance = chanceOf(`${options.seed} judge`)
  const runnings = runningsOf(settings)
  const waiting = new Set<number>()
  let seen = 0
  const score = (): void => {
    for (; seen < journal.calls.length; seen++) if (chance() < sample) waiting.add(seen)
    for (const place of waiting) {
      const call = journal.calls[place]
      if (call?.end === undefined) continue
      waiting.delete(place)
      if (call.end !== 'whole') continue
      for (const task of [taskOf(call.request), '*']) add(runnings.get(`${call.on} ${task}`), call.isRight)
    }
  }
  const tellAll = (): void => {
    score()
    tell(withScores(settings, runnings))
    if (clock.elapsed() < until * 1000) clock.after(every * 1000, tellAll)
  }
  clock.after(every * 1000, tellAll)
}
