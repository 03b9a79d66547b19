/** The second of the three compositions: 5 % of the sessions try the next model, the rest goes where p95 is lowest, and moves in time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSettings } from '../../src/faces/cli/settings-file.ts'
import { ask, createGateway } from '../../src/index.ts'
import type { Clock, GatewayEvent, Instant, OwnedGateway, SessionId, Settled } from '../../src/index.ts'
import { processIds, processSecrets, systemClock } from '../../src/platform/process.ts'
import { memoryStore } from '../../src/platform/stores/memory.ts'
import { undiciTransport } from '../../src/platform/undici-transport.ts'
import { serveWorld } from '../../src/world/serve-world.ts'
import type { World } from '../../src/world/serve-world.ts'
import { exampleOn } from './example-house.ts'
import { providerKey } from './open-house.ts'

const canary = 0.05
const sessions = 600
/** Requests that are under way at once; between one such batch and the next, time is skipped. */
const batch = 20
const skip = 2_000

/** The machine's own time, of which some can be skipped where nothing is under way, so that minutes need not be waited for. */
const skippingClock = () => {
  const real = systemClock()
  let skipped = 0
  const clock: Clock = { now: () => (real.now() + skipped) as Instant, after: real.after }
  return { ...clock, skip: (duration: number) => void (skipped += duration) }
}

let world: World
let gateway: OwnedGateway
const clock = skippingClock()
const settled: Settled[] = []
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  world = await serveWorld({ pace: 'instant', key: providerKey, script: () => ({ text: 'Certainly, and at once.' }) })
  const standIns = { gpt: 'gpt-4o-2024-08-06', sonnet: 'claude-3-5-sonnet-20241022', next: 'gemini-1.5-pro' }
  const text = `${exampleOn('canary-then-fast.yaml', standIns)(world)}\nserver: { host: 127.0.0.1 }\n`
  const env = { WORLD_KEY: providerKey }
  const { settings, findings } = readSettings(text, 'test', env)
  if (settings === undefined) throw new Error(JSON.stringify(findings, undefined, 1))
  const store = memoryStore(clock)
  const transport = undiciTransport({ clock })
  const hear = (event: GatewayEvent): void => {
    if (event.type === 'request-settled') settled.push(event.settled)
  }
  const secrets = processSecrets(env, clock)
  const made = createGateway(settings, { store, clock, transport, secrets, telemetry: hear, ids: processIds() })
  if (!made.ok) throw new Error(made.why)
  gateway = made.value
  closing.push(
    () => transport.close(),
    () => store.close(),
    () => world.close(),
  )
  // What is fastest in truth is the next model, which the rest must not find out.
  world.switches.change({ provider: 'openai' }, { latency: { addMs: 60 } })
  world.switches.change({ provider: 'anthropic' }, { latency: { addMs: 240 } })
}, 60_000)
afterAll(async () => {
  for (const close of closing) await close()
})

const sessionOf = (nth: number): SessionId => `visitor-${nth % sessions}` as SessionId
const request = (nth: number) =>
  ask({ target: 'assistant', messages: 'Where is my parcel?', wishes: { session: sessionOf(nth) } })
const armOf = ({ decision }: Settled): string | undefined => decision?.decision.arms?.[0]?.arm
const servedBy = ({ attempts, served }: Settled): string | undefined => attempts[served ?? -1]?.candidate.id

/** Who serves most of these requests, of those that are not of the canary. */
const leaderOf = (some: readonly Settled[]): string | undefined => {
  const counts = new Map<string, number>()
  for (const one of some.filter(other => armOf(other) === 'rest')) {
    const id = servedBy(one) ?? 'nobody'
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0]
}

const isOfCanary = (nth: number): boolean => {
  const explained = gateway.explain(request(nth))
  return explained.ok && explained.trace.decision.arms?.[0]?.arm === 'canary'
}

let asked = 0
/** The leader of each batch in turn. */
const leaders: string[] = []
/** Drives so many batches, or until someone leads; gives how many were driven. */
const drive = async (most: number, until?: string): Promise<number> => {
  for (let count = 1; count <= most; count++) {
    const before = settled.length
    await Promise.all(Array.from({ length: batch }, () => gateway.collect(request(asked++))))
    const leader = leaderOf(settled.slice(before)) ?? 'nobody'
    leaders.push(leader)
    clock.skip(skip)
    if (leader === until) return count
  }
  return most
}
const seconds = (batches: number): number => (batches * skip) / 1000

describe('a canary by session over the lowest p95', () => {
  it('goes where p95 is lowest, leaves whoever slows down, and comes back', async () => {
    await drive(20)
    expect(leaders.slice(-5)).toEqual(Array.from({ length: 5 }, () => 'gpt'))

    world.switches.change({ provider: 'openai' }, { latency: { addMs: 700 } })
    const gone = await drive(30, 'sonnet')
    await drive(5)
    expect(leaders.slice(-5)).toEqual(Array.from({ length: 5 }, () => 'sonnet'))

    world.switches.change({ provider: 'openai' }, { latency: { addMs: 60 } })
    const back = await drive(80, 'gpt')
    await drive(3)
    expect(leaders.slice(-3)).toEqual(Array.from({ length: 3 }, () => 'gpt'))

    const changes = leaders.filter((leader, place) => place > 0 && leader !== leaders[place - 1]).length
    console.log(
      `${asked} requests at ${batch / (skip / 1000)} a second: slowed down, gpt is left after ${seconds(gone)} s; ` +
        `restored, it leads again after ${seconds(back)} s; the lead changed ${changes} times`,
    )
    // Six slow answers of a hundred make a p95 slow; a batch is under way before they are in.
    expect(gone).toBeLessThanOrEqual(5)
    // The window has to pass, and then twenty samples to come, of which a tenth of the requests makes one each.
    expect(seconds(back)).toBeLessThanOrEqual(60 + 2 * (20 / (0.1 * (batch / (skip / 1000)))))
    expect(changes).toBe(2)
  }, 300_000)

  it('a session stays in its arm, and those of the canary alone see the next model', () => {
    const arms = new Map<string, string | undefined>()
    for (const one of settled) {
      const session = one.session ?? ''
      expect(arms.get(session) ?? armOf(one)).toBe(armOf(one))
      arms.set(session, armOf(one))
      expect(servedBy(one) === 'next').toBe(armOf(one) === 'canary')
    }
    expect(arms.size).toBe(sessions)
    const ofCanary = settled.filter(one => armOf(one) === 'canary')
    expect(ofCanary.length).toBeGreaterThan(0)
    expect(world.seen().filter(({ provider }) => provider === 'gemini')).toHaveLength(ofCanary.length)
  })

  it('the share is what it says, within what chance does, and each decision tells it', () => {
    const count = 5_000
    let drawn = 0
    for (let nth = 0; nth < count; nth++) {
      const wishes = { session: `somebody-${nth}` as SessionId }
      const explained = gateway.explain(ask({ target: 'assistant', messages: 'Hello!', wishes }))
      if (!explained.ok) throw new Error(explained.failure.message)
      const { ranked, propensity } = explained.trace.decision
      expect(explained.words).toMatch(/would have come first/)
      if (ranked[0]?.candidate.id === 'next') drawn++
      expect(Object.entries(propensity).find(([id]) => id === 'next')?.[1]).toBeCloseTo(canary, 9)
    }
    console.log(`${drawn} of ${count} sessions try the next model (${((100 * drawn) / count).toFixed(2)} %)`)
    expect(Math.abs(drawn - canary * count)).toBeLessThan(4 * Math.sqrt(count * canary * (1 - canary)))
  })

  it('where the next model is gone its sessions are served by the others, and the rest never by it', async () => {
    const all = [...Array(sessions).keys()]
    world.switches.change({ provider: 'gemini' }, { outage: true })
    await gateway.collect(request(all.find(isOfCanary) ?? 0))
    const last = settled.at(-1)
    expect([last && armOf(last), last && servedBy(last)]).toEqual(['canary', 'gpt'])
    expect(last?.attempts[0]?.candidate.id).toBe('next')

    world.switches.clear({ provider: 'gemini' })
    world.switches.change({ provider: 'openai' }, { outage: true })
    world.switches.change({ provider: 'anthropic' }, { outage: true })
    const rest = all.find(nth => !isOfCanary(nth)) ?? 0
    const before = world.seen().filter(({ provider }) => provider === 'gemini').length
    await expect(gateway.collect(request(rest))).rejects.toThrow()
    expect(world.seen().filter(({ provider }) => provider === 'gemini')).toHaveLength(before)
  })
})
