/** One contender in one drill: the whole run, from the first request to the last answer. */
import { chanceOf } from '../../src/world/chance.ts'
import { recordedModels } from '../../src/world/models.ts'
import type { WorldModel } from '../../src/world/models.ts'
import type { Contender, Drill } from './drill.ts'
import { configOf, openHouse, settingsOf } from './house.ts'
import type { Scores } from './house.ts'
import { emptyJournal } from './journal.ts'
import type { Journal, Story } from './journal.ts'
import { askPeer } from './peer-loop.ts'
import { scorekeeper } from './scorekeeper.ts'
import { SimulatedProvider } from './simulated-provider.ts'
import type { Ground } from './simulated-provider.ts'
import type { Tape } from './tape.ts'
import { askingsOf } from './traffic.ts'
import type { Asking } from './traffic.ts'
import { VirtualClock } from './virtual-clock.ts'
import { wireTransport } from './wire.ts'

export interface RunOptions {
  readonly tape: Tape
  readonly seed: number
  /** Times the drill's own rate of requests. */
  readonly share: number
}

/** Everything that a run needs and leaves behind. */
interface Stage {
  readonly drill: Drill
  readonly clock: VirtualClock
  readonly askings: readonly Asking[]
  readonly journal: Journal
  readonly providers: ReadonlyMap<string, SimulatedProvider>
  readonly models: ReadonlyMap<string, WorldModel>
  readonly scores: Scores
  readonly seed: string
}

const models: ReadonlyMap<string, WorldModel> = new Map(recordedModels.map(model => [model.id, model]))

const stageOf = (drill: Drill, { tape, seed, share }: RunOptions): Stage => {
  const clock = new VirtualClock()
  const journal = emptyJournal()
  // The same traffic and the same luck for every contender.
  const name = `${drill.name} ${seed}`
  const tenants = drill.tenants.map(one => ({ ...one, rate: one.rate * share }))
  const askings = askingsOf({ tenants, lasts: drill.lasts, seed: name, prompts: tape.prompts })
  const ground: Ground = { clock, tape, journal, spells: drill.spells, seed: name }
  const providers = new Map<string, SimulatedProvider>()
  for (const place of drill.places) {
    const model = models.get(place.model)
    if (model === undefined) throw new Error(`drill ${drill.name}: there is no recorded model ${place.model}`)
    providers.set(place.id, new SimulatedProvider(place, model, ground))
  }
  const scores = Object.fromEntries(
    drill.places.map(({ id, model, quality }) => [id, quality ?? tape.quality[model] ?? {}]),
  )
  return { drill, clock, askings, journal, providers, models, scores, seed: name }
}

const storyOf = ({ number, at, tenant, session }: Asking): Story => ({ request: number, at, tenant, session })

/** Sends every request at its time; one appointment at a time, since the agenda is the shorter for it. */
const send = ({ clock, askings, journal }: Stage, ask: (asking: Asking, story: Story) => void): void => {
  const next = (place: number): void => {
    const asking = askings[place]
    if (asking === undefined) return
    clock.after(asking.at - clock.elapsed(), () => {
      const story = storyOf(asking)
      journal.stories.push(story)
      ask(asking, story)
      next(place + 1)
    })
  }
  next(0)
}

/** Everybody gets so many seconds to end what is under way after the last request. */
const afterwards = 900

const byPeer = async (stage: Stage, contender: Extract<Contender, { peer: unknown }>): Promise<void> => {
  const { clock, providers, drill, scores, seed } = stage
  const peer = contender.peer({
    places: drill.places,
    models: stage.models,
    scores,
    chance: chanceOf(`${seed} ${contender.name}`),
  })
  send(stage, (asking, story) => askPeer(asking, story, { clock, providers, peer, maxAttempts: 3, firstToken: 8_000 }))
  await clock.run((drill.lasts + afterwards) * 1000, false)
}

const byHouse = async (stage: Stage, contender: Extract<Contender, { policy: string }>): Promise<void> => {
  const { clock, providers, drill, scores, askings, journal, seed } = stage
  const settings = settingsOf(configOf(drill.places, stage.models, scores, contender.policy))
  const transport = wireTransport({ providers, asking: number => askings[number - 1] })
  const house = openHouse(settings, clock, transport, `${seed.replaceAll(/\W/g, '-')}-${contender.name.length}`)
  send(stage, house.ask)
  if (contender.isTold === true) {
    scorekeeper({
      clock,
      journal,
      settings,
      seed,
      until: drill.lasts,
      taskOf: number => askings[number - 1]?.prompt.task ?? '*',
      tell: told => house.gateway.reload(told),
    })
  }
  await clock.run((drill.lasts + afterwards) * 1000, true)
}

/** What happened. Throws where a request was left without an end. */
export const runDrill = async (drill: Drill, contender: Contender, options: RunOptions): Promise<Journal> => {
  const stage = stageOf(drill, options)
  await ('peer' in contender ? byPeer(stage, contender) : byHouse(stage, contender))
  const { journal, askings } = stage
  const open = journal.stories.filter(({ endedAt }) => endedAt === undefined).length
  if (open > 0 || journal.stories.length < askings.length) {
    throw new Error(`${drill.name}, ${contender.name}: ${open} of ${askings.length} requests were left unanswered`)
  }
  return journal
}
