/** The drills' world: its clock, its providers, and that a run tells the same each time. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Contender, Drill } from '../../benchmarks/drill/drill.ts'
import { policy } from '../../benchmarks/drill/drill.ts'
import { emptyJournal } from '../../benchmarks/drill/journal.ts'
import { measure } from '../../benchmarks/drill/measure.ts'
import { peakEwma } from '../../benchmarks/drill/peers-latency.ts'
import { inOrder, roundRobin } from '../../benchmarks/drill/peers-plain.ts'
import { drills } from '../../benchmarks/drill/run-all.ts'
import { runDrill } from '../../benchmarks/drill/run.ts'
import { SimulatedProvider } from '../../benchmarks/drill/simulated-provider.ts'
import type { Hearing } from '../../benchmarks/drill/simulated-provider.ts'
import { openTape } from '../../benchmarks/drill/tape.ts'
import type { Tape } from '../../benchmarks/drill/tape.ts'
import { VirtualClock } from '../../benchmarks/drill/virtual-clock.ts'
import { readConfig } from '../../src/config/load.ts'
import { knownProviderTypes } from '../../src/gateway.ts'
import { configOf } from '../../benchmarks/drill/house.ts'
import { recordedModels } from '../../src/world/models.ts'

const mini = recordedModels.find(({ id }) => id === 'gpt-4o-mini-2024-07-18')
let tape: Tape
beforeAll(async () => {
  tape = await openTape()
})

/** Ninety seconds, of which the preferred provider is out for thirty. */
const short: Drill = {
  name: 'short-outage',
  title: 'A short outage',
  about: '',
  lasts: 90,
  places: [
    { id: 'north', model: 'gpt-4o-mini-2024-07-18', firstToken: 0.8 },
    { id: 'east', model: 'gpt-4o-mini-2024-07-18', price: 1.2 },
    { id: 'west', model: 'gpt-4o-mini-2024-07-18', price: 1.4 },
  ],
  tenants: [{ name: 'all', rate: 6, sessions: 20 }],
  spells: [{ on: 'north', from: 30, to: 60, fault: { kind: 'error', share: 1 } }],
  ill: { id: 'north', from: 30, to: 60 },
  contenders: [],
  columns: ['errors'],
}
const ours: Contender = { name: 'ours', policy: policy('healthy, { use: cheap, with: { withoutFloor: true } }') }
const options = (): { tape: Tape; seed: number; share: number } => ({ tape, seed: 1, share: 1 })

describe('the virtual clock', () => {
  it('calls in the order of time, then of asking, and what is called off not at all', async () => {
    const clock = new VirtualClock()
    const heard: string[] = []
    const say = (what: string) => (): void => void heard.push(`${what} at ${clock.elapsed()}`)
    clock.after(20, say('third'))
    clock.after(10, say('first'))
    clock.after(10, () => {
      say('second')()
      clock.after(5, say('asked meanwhile'))
    })
    clock.after(12, say('never'))()
    await clock.run(1_000, true)
    expect(heard).toEqual(['first at 10', 'second at 10', 'asked meanwhile at 15', 'third at 20'])
  })

  it('lets promises run before time goes on', async () => {
    const clock = new VirtualClock()
    const heard: string[] = []
    clock.after(10, () => void Promise.resolve().then(() => clock.after(1, () => void heard.push('promised'))))
    clock.after(20, () => void heard.push('later'))
    await clock.run(1_000, true)
    expect(heard).toEqual(['promised', 'later'])
  })
})

describe('a simulated provider', () => {
  const at = (place: { readonly capacity?: number; readonly rpm?: number; readonly queue?: number }) => {
    if (mini === undefined) throw new Error('no such model')
    const clock = new VirtualClock()
    const journal = emptyJournal()
    const ground = { clock, tape, journal, spells: [], seed: 'test' }
    const provider = new SimulatedProvider({ id: 'here', model: mini.id, ...place }, mini, ground)
    const told: string[] = []
    const hearing = (name: string): Hearing => ({
      first: () => void told.push(`${name} began`),
      piece: () => undefined,
      whole: () => void told.push(`${name} whole`),
      error: status => void told.push(`${name} ${status}`),
      refused: () => void told.push(`${name} refused`),
    })
    const ask = (number: number): (() => void) => {
      const prompt = tape.prompts[number]
      if (prompt === undefined) throw new Error('no such prompt')
      const asking = { number, at: clock.elapsed(), prompt, tenant: 't', session: 's' }
      return provider.ask(asking, 0, hearing(String(number)))
    }
    return { clock, journal, told, ask }
  }

  it('makes wait whom it has no room for, and turns away whom it has no place to wait for', async () => {
    const { clock, told, ask } = at({ capacity: 1, queue: 1 })
    for (const number of [1, 2, 3]) ask(number)
    await clock.run(600_000, false)
    expect(told).toEqual(['3 503', '1 began', '1 whole', '2 began', '2 whole'])
  })

  it('refuses beyond its limit until time has passed', async () => {
    const { clock, told, ask } = at({ rpm: 10 })
    ask(1)
    ask(2)
    clock.after(6_500, () => void ask(3))
    await clock.run(600_000, false)
    expect(told.filter(one => one.endsWith('429'))).toEqual(['2 429'])
    expect(told.filter(one => one.endsWith('whole'))).toHaveLength(2)
  })

  it('counts what it had made when the caller hung up, and no more', async () => {
    const { clock, journal, told, ask } = at({})
    const hangUp = ask(1)
    clock.after(1_500, hangUp)
    await clock.run(600_000, false)
    const [call] = journal.calls
    expect(told).toEqual(['1 began'])
    expect(call?.end).toBe('stopped')
    const prompt = tape.prompts[1]
    if (prompt === undefined || mini === undefined) throw new Error('no such prompt')
    const all = tape.take(prompt, mini.id).tokens
    expect(call?.tokens).toBeGreaterThan(1)
    expect(call?.tokens).toBeLessThan(all)
  })
})

describe('a drill', () => {
  it('leaves nobody unanswered in an outage, through the gateway and through the loop of the peers', async () => {
    for (const one of [ours, { name: 'in order', peer: inOrder }]) {
      const measured = measure(short, await runDrill(short, one, options()))
      expect(measured.errors, one.name).toBe(0)
      expect(measured.rescued, one.name).toBeGreaterThan(0)
    }
  })

  it('sees that the gateway leaves the sick provider where a fixed order does not', async () => {
    const leaving = measure(short, await runDrill(short, ours, options()))
    const staying = measure(short, await runDrill(short, { name: 'in order', peer: inOrder }, options()))
    expect(leaving.evacuated).toBeLessThan(10)
    expect(staying.evacuated).toBe(Infinity)
    expect(leaving.calls).toBeLessThan(staying.calls ?? 0)
  })

  it('gives the same journal each time, and another with another seed', async () => {
    for (const one of [ours, { name: 'peak-EWMA', peer: peakEwma }]) {
      const [first, again] = [await runDrill(short, one, options()), await runDrill(short, one, options())]
      expect(JSON.stringify(again), one.name).toBe(JSON.stringify(first))
      const other = await runDrill(short, one, { ...options(), seed: 2 })
      expect(JSON.stringify(other), one.name).not.toBe(JSON.stringify(first))
    }
  })

  it('gives every contender the same requests at the same times', async () => {
    const asked = async (one: Contender): Promise<readonly number[]> =>
      (await runDrill(short, one, options())).stories.map(({ at }) => at)
    expect(await asked({ name: 'turns', peer: roundRobin })).toEqual(await asked(ours))
  })

  it('costs what the providers count: an answer that nobody got is charged up to where it was stopped', async () => {
    const hedged: Contender = {
      name: 'hedged',
      policy: policy('{ use: cheap, with: { withoutFloor: true } }', 'execution: { mode: race, width: 2 }'),
    }
    const journal = await runDrill({ ...short, spells: [] }, hedged, options())
    const lost = journal.calls.filter(({ end }) => end === 'stopped')
    expect(lost.length).toBeGreaterThan(0)
    const measured = measure(short, journal)
    expect(measured.extra).toBeGreaterThan(0)
    expect(measured.extra).toBeLessThan(0.5)
  })

  it('has policies that the configuration takes without an error, every one of them', () => {
    const models = new Map(recordedModels.map(model => [model.id, model]))
    for (const drill of drills) {
      for (const one of drill.contenders) {
        if (!('policy' in one)) continue
        const scores = Object.fromEntries(
          drill.places.map(({ id, model, quality }) => [id, quality ?? tape.quality[model] ?? {}]),
        )
        const text = configOf(drill.places, models, scores, one.policy)
        const read = readConfig(text, {
          file: 'drill.yaml',
          env: { DRILL_KEY: 'sk-drill' },
          providerTypes: knownProviderTypes,
        })
        expect(
          read.findings.filter(({ severity }) => severity === 'error'),
          `${drill.name}, ${one.name}`,
        ).toEqual([])
      }
    }
  })
})
