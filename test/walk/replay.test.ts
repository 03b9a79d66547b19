/** One decision, wherever it is told: dry run, answer, journal, library, and the replay of a log; with arms, blends and chains. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSettings } from '../../src/faces/cli/settings-file.ts'
import type { Settings } from '../../src/config/settings.ts'
import type { DecisionTrace } from '../../src/domain/decision.ts'
import { decisionsIn } from '../../src/standalone.ts'
import { compilePolicy } from '../../src/routing/compile-policy.ts'
import { replay as decideAgain } from '../../src/routing/replay.ts'
import { folder, run, start } from '../command-line.ts'
import type { Folder, Ran, Running } from '../command-line.ts'
import { serveWorld } from '../../src/world/serve-world.ts'
import type { World } from '../../src/world/serve-world.ts'
import { providerKey, providersOf, virtualKey } from './open-house.ts'

const env = { WORLD_KEY: providerKey, TEST_KEY: virtualKey }
const every = 'accepts: [text, tools], contextWindow: 128000'
const patience = 'patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 9s, idle: 9s, total: 30s }'

const policies = [
  'policies:',
  '  arms:',
  '    steps:',
  '      - capable',
  '      - healthy',
  '      - split:',
  '          by: session',
  '          arms:',
  '            canary: { share: 30%, steps: [{ use: only, with: { deployments: large } }] }',
  '            rest:',
  '              steps:',
  '                - { use: ignore, with: { deployments: large } }',
  '                - split: { arms: { left: { share: 50%, steps: [weighted] }, right: { steps: [round-robin] } } }',
  '            ghost: { share: 50%, shadow: true, maxSpend: $1, steps: [{ use: only, with: { deployments: haiku } }] }',
  `    ${patience}`,
  '  blend:',
  '    steps:',
  '      - healthy',
  '      - { use: quality-floor, with: { at: 0.5 } }',
  '      - { use: cheap, blend: value }',
  '      - { use: good, blend: value, weight: 2 }',
  '      - { use: fast, blend: value }',
  '      - random',
  '    seed: session',
  `    ${patience}`,
  '  chain:',
  '    steps: [healthy, { use: explore, with: { share: 20% } }, adaptive]',
  '    fallback: [large, haiku]',
  `    ${patience}`,
].join('\n')

const configOf = (world: World): string =>
  [
    providersOf(world),
    'deployments:',
    `  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, price: { input: 0.15, output: 0.6 }, quality: 0.7, weight: 2, ${every} }`,
    `  large: { provider: openai, model: gpt-4o-2024-08-06, price: { input: 2.5, output: 10 }, quality: 0.9, ${every} }`,
    `  haiku: { provider: anthropic, model: claude-3-haiku-20240307, price: { input: 0.25, output: 1.25 }, quality: 0.6, ${every} }`,
    'pools:',
    '  arms: { candidates: [mini, large, haiku], policy: arms }',
    '  blend: { candidates: [mini, large, haiku], policy: blend, task: chat }',
    '  chain: { candidates: [mini, haiku], policy: chain }',
    policies,
    "keys: { test: { value: '${TEST_KEY}' } }",
    'server: { host: 127.0.0.1, port: 0 }',
    "store: { durable: 'sqlite:./state.db' }",
    'telemetry: { log: off }',
  ].join('\n')

interface Told {
  readonly route: DecisionTrace
  readonly kept: DecisionTrace
  readonly brief: { readonly ranked: readonly unknown[]; readonly decision: string } | undefined
}

let files: Folder
let world: World
let config: string
let log: string
let settings: Settings
const told: Told[] = []

const asJson = async <T>(answer: Response): Promise<T> => {
  expect(answer.status).toBe(200)
  return (await answer.json()) as T
}

const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  const end = performance.now() + 20_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error('it was never told')
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** Everything that the house tells of one request. */
const ask = async (url: string, pool: string, nth: number): Promise<Told> => {
  const headers = {
    authorization: `Bearer ${virtualKey}`,
    'content-type': 'application/json',
    'x-signalbox-explain': '1',
    ...(nth % 3 > 0 && { 'x-signalbox-session': `talk ${nth % 5}` }),
  }
  const order = nth % 4 === 3 ? { provider: { order: ['anthropic'] } } : {}
  const body = JSON.stringify({ model: pool, messages: [{ role: 'user', content: `Hello ${nth}` }], ...order })
  const init = { method: 'POST', headers, body }
  const { trace: route } = await asJson<{ readonly trace: DecisionTrace }>(await fetch(`${url}/v1/route`, init))
  const answer = await fetch(`${url}/v1/chat/completions`, init)
  const id = answer.headers.get('x-signalbox-decision') ?? ''
  const { signalbox: brief } = await asJson<{ readonly signalbox?: Told['brief'] }>(answer)
  const kept = await until(async () => {
    const found = await fetch(`${url}/v1/decisions/${id}`, { headers })
    const read = (await found.json()) as { readonly trace?: DecisionTrace }
    return found.ok ? read.trace : undefined
  })
  return { route, kept, brief }
}

beforeAll(async () => {
  files = await folder()
  world = await serveWorld({ pace: 'instant', key: providerKey, script: () => ({ text: 'Yes.' }) })
  log = join(files.path, 'state.db')
  const text = configOf(world).replace('sqlite:./state.db', `sqlite:${log}`)
  config = await files.write('signalbox.yaml', text)
  const read = readSettings(text, 'test', env)
  if (read.settings === undefined) throw new Error(JSON.stringify(read.findings))
  settings = read.settings
  const serving: Running = start(['serve', '--config', config], { env })
  const [, url = ''] = await serving.until(/listens on (http:\/\/\S+)/)
  for (let nth = 0; nth < 40; nth++) for (const pool of ['arms', 'blend', 'chain']) told.push(await ask(url, pool, nth))
  serving.stop()
  expect((await serving.ended).code).toBe(0)
})
afterAll(async () => {
  await world.close()
  await files[Symbol.asyncDispose]()
})

const compiledOf = (name: string) => {
  const policy = settings.policies.find(one => one.name === name)
  const made = policy && compilePolicy(policy)
  if (made?.ok !== true) throw new Error(`no policy ${name}`)
  return made.value
}
const again = (trace: DecisionTrace): string =>
  JSON.stringify(decideAgain(compiledOf(trace.decision.policy.name), trace))

describe('a decision', () => {
  it('of a dry run, and one that was carried out and kept, is the same bytes when it is made again from its facts', () => {
    for (const { route, kept } of told) {
      expect(again(route)).toBe(JSON.stringify(route.decision))
      expect(again(kept)).toBe(JSON.stringify(kept.decision))
    }
    // It was no idle comparison.
    const all = told.map(({ kept }) => kept.decision)
    expect(new Set(all.flatMap(({ arms = [] }) => arms.map(({ arm }) => arm)))).toEqual(
      new Set(['canary', 'rest', 'left', 'right']),
    )
    expect(all.some(({ shadows = [] }) => shadows.length > 0)).toBe(true)
    expect(all.some(({ chain }) => chain?.includes('large' as never) === true)).toBe(true)
    expect(all.some(({ decidedBy }) => decidedBy === 'house:asked-order')).toBe(true)
    expect(new Set(all.map(({ ranked }) => ranked[0]?.candidate.id)).size).toBe(3)
  })
  it('is told beside the answer as it was kept', () => {
    for (const { brief, kept } of told) {
      expect(brief?.decision).toBe(kept.decision.id)
      const ranked = kept.decision.ranked.map(({ candidate, tier, reasons }) => ({
        deployment: candidate.id,
        provider: candidate.provider,
        model: candidate.model,
        tier,
        propensity: kept.decision.propensity[candidate.id] ?? 0,
        reasons,
      }))
      expect(brief?.ranked).toEqual(ranked)
    }
  })
  it('lies in the file of the journal as it was told, packed though it is', async () => {
    const read = await decisionsIn(log)
    if (!read.ok) throw new Error(read.why)
    const byId = new Map(read.value.map(trace => [trace.decision.id, trace]))
    for (const { kept } of told) {
      const trace = byId.get(kept.decision.id)
      expect(JSON.stringify(trace?.decision)).toBe(JSON.stringify(kept.decision))
      expect(trace?.facts).toEqual(kept.facts)
    }
  })
})

const replay = (policy: string, ...more: readonly string[]): Promise<Ran> =>
  run(['replay', '--log', log, '--policy', policy, ...more], { env })
interface Compared {
  readonly decisions: number
  readonly changed: number
  readonly changes: readonly {
    readonly from?: string
    readonly to?: string
    readonly by: string
    readonly decisions: number
  }[]
  readonly unserved: { readonly before: number; readonly after: number }
  readonly unjudged: number
  readonly missing: Readonly<Record<string, number>>
}
const compared = async (policy: string, ...more: readonly string[]): Promise<Compared> => {
  const { out, err, code } = await replay(policy, ...more, '--json')
  expect(err).toBe('')
  expect(code).toBe(0)
  return JSON.parse(out) as Compared
}

describe('a replay', () => {
  it.each(['arms', 'blend', 'chain'])('of %s under its own policy changes nothing and judges all', async name => {
    const found = await compared(config, '--name', name, '--pool', name)
    expect(found).toMatchObject({ decisions: 40, changed: 0, changes: [], unjudged: 0, missing: {} })
  })
  it('under a policy with a split, a blend and a chain tells who would have replaced whom, by which step', async () => {
    const other = await files.write(
      'other.yaml',
      [
        'name: other',
        'steps:',
        '  - split: { by: session, arms: { canary: { share: 20%, steps: [{ use: only, with: { deployments: large } }] }, rest: { steps: [] } } }',
        '  - { use: cheap, blend: value }',
        '  - { use: good, blend: value, weight: 9 }',
        'fallback: [large]',
      ].join('\n'),
    )
    const found = await compared(other, '--pool', 'arms')
    expect(found.changed).toBeGreaterThan(0)
    expect(found.changes.reduce((sum, { decisions }) => sum + decisions, 0)).toBe(found.changed)
    expect(found.changes.map(({ by }) => by)).toContain('1:blend value')
    // What is cached where, nobody asked for when it was decided; scores are configured, and go by no kind of work.
    expect(found.missing).toEqual({ 'candidate.warm': 40 })
    expect(found.unjudged).toBe(40)
    const { out } = await replay(other, '--pool', 'arms')
    expect(out).toMatch(/instead of +│ would come first +│ by +│ decisions/)
    expect(out).toMatch(/│ 1:blend value +│ \d+ \(\d+\.\d %\)/)
    expect(out).toMatch(/^not judged +40 \(100\.0 %\) of the decisions$/m)
    expect(out).toMatch(/^not recorded +.*candidate\.warm \(in 40\)/m)
  })
  it('tells expected latency where it was recorded of both, and judges what was asked for and not known', async () => {
    const other = await files.write(
      'quick.yaml',
      'name: quick\nsteps: [healthy, { use: fast, with: { margin: 0, trial: 0 } }]\n',
    )
    const found = await compared(other, '--pool', 'blend')
    // The blend asked for circuits, errors and latency as well; nobody was ill, which is known.
    expect(found).toMatchObject({ missing: {}, unjudged: 0 })
    const { out } = await replay(other, '--pool', 'blend')
    expect(out).toMatch(/^not judged +0 \(0\.0 %\) of the decisions$/m)
    expect(out).toMatch(
      /^expected latency +\d+ ms as decided, \d+ ms under quick, 19 times of 20, on average over \d+ decisions/m,
    )
  })
  it('without the chain of who decided has nobody beyond the pool', async () => {
    const only = await files.write('only.yaml', 'name: none\nsteps: [{ use: only, with: { deployments: large } }]\n')
    expect(await compared(only, '--pool', 'chain')).toMatchObject({ unserved: { before: 0, after: 40 } })
    const chained = await files.write(
      'chained.yaml',
      'name: chained\nsteps: [{ use: only, with: { deployments: large } }]\nfallback: [large]\n',
    )
    const found = await compared(chained, '--pool', 'chain')
    expect(found).toMatchObject({ unserved: { after: 0 }, changed: 40, unjudged: 0 })
    expect(found.changes.every(({ to, by }) => to === 'large' && by === 'only')).toBe(true)
  })
})
