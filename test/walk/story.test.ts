/** The story that sells the house: mixed tiers in turn lose quality on hard prompts; a floor with cost under it holds it for less. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drive } from '../../src/faces/cli/drive.ts'
import type { Driven } from '../../src/faces/cli/drive.ts'
import { picture } from '../../src/faces/cli/drive-picture.ts'
import { configuredQuality } from '../../src/world/configured-quality.ts'
import { demoHouse } from '../../src/world/demo-house.ts'
import { askedAlone, bestModel, pickPrompts } from '../../src/world/drive.ts'
import { recordedModels } from '../../src/world/models.ts'
import { loadRecordings } from '../../src/world/recordings.ts'
import { openHouse, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const count = 600
/** The floors that the policy of the demo house sets. */
const floors: Readonly<Record<string, number>> = {
  'competition-math': 0.5,
  'math-word-problem': 0.9,
  'code-reasoning': 0.8,
}

interface Figures {
  readonly requests: number
  readonly right: number
  readonly usd: number
}
const figuresOf = (driven: readonly Driven[]): Figures => ({
  requests: driven.length,
  right: driven.filter(({ isRight }) => isRight).length / driven.length,
  usd: driven.reduce((sum, { usd }) => sum + usd, 0),
})

/** What one model, asked for everything, comes to on the same prompts. */
const alone = async (id: string): Promise<Figures> => {
  const recordings = await loadRecordings()
  const model = recordedModels.find(one => one.id === id)
  const answers = pickPrompts(recordings, count, 'story').flatMap(prompt =>
    model === undefined ? [] : (askedAlone(recordings, prompt, model) ?? []),
  )
  return {
    requests: answers.length,
    right: answers.filter(({ isRight }) => isRight).length / answers.length,
    usd: answers.reduce((sum, { usd }) => sum + usd, 0),
  }
}

let house: OpenHouse
/** Who is always asked in the comparison. */
let best = ''
const runs = new Map<string, readonly Driven[]>()
const run = async (policy: string): Promise<void> => {
  const options = { url: house.url, key: virtualKey, count, pool: 'recorded', policy, seed: 'story', width: 16 }
  const driven = await drive(options, () => undefined)
  runs.set(policy, driven)
  console.log(`policy ${policy}\n${picture(driven, count, best)}`)
}
const of = (policy: string, task?: string): Figures =>
  figuresOf((runs.get(policy) ?? []).filter(one => task === undefined || one.task === task))

beforeAll(async () => {
  const quality = configuredQuality(await loadRecordings())
  best = bestModel(recordedModels, quality)?.id ?? ''
  const keys = { provider: '${WORLD_KEY}', admin: '${ADMIN_KEY}', virtual: '${DEMO_KEY}' }
  // The keys, server and store of the test house take the place of the demo's own.
  house = await openHouse({ config: world => demoHouse(world, { quality, keys }).replace(/\nkeys:[^]*$/, '\n') })
  await run('round-robin')
  await run('floor-then-cheap')
  await run('quality-first')
}, 120_000)
afterAll(async () => house.close())

describe('the customer support story on real answers', () => {
  it('every prompt was answered', () => {
    for (const driven of runs.values()) expect(driven.filter(({ error }) => error !== undefined)).toEqual([])
  })
  it('turns over mixed tiers lose quality, most of all on hard prompts', () => {
    expect(of('round-robin').right).toBeLessThan(of('floor-then-cheap').right)
    const lost = (task: string): number => of('quality-first', task).right - of('round-robin', task).right
    expect(lost('competition-math')).toBeGreaterThan(0.05)
  })
  it.each(Object.entries(floors))('the floor on %s is held, up to what chance does to a sample', (task, floor) => {
    const { right, requests } = of('floor-then-cheap', task)
    const chance = Math.sqrt((floor * (1 - floor)) / requests)
    expect(right).toBeGreaterThan(floor - 2 * chance)
  })
  it('at a fraction of what the best would cost', () => {
    expect(of('floor-then-cheap').usd).toBeLessThan(0.5 * of('quality-first').usd)
  })
  it('beside the best alone, which costs twice as much or more, and the cheapest alone, which holds no floor', async () => {
    const { id: cheapest = '' } =
      recordedModels.toSorted((one, other) => one.price.output - other.price.output)[0] ?? {}
    const figures = { policy: of('floor-then-cheap'), [best]: await alone(best), [cheapest]: await alone(cheapest) }
    console.table(figures)
    expect(figures[best]?.requests).toBe(count)
    expect(figures[best]?.usd).toBeGreaterThan(2 * figures.policy.usd)
    expect(figures.policy.right).toBeGreaterThan((figures[best]?.right ?? 1) - 0.04)
    expect(figures[cheapest]?.usd).toBeLessThan(figures.policy.usd)
    expect(figures[cheapest]?.right).toBeLessThan(figures.policy.right - 0.15)
  })
})
