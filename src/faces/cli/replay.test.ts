/** Replaying recorded decisions under another policy: from a journal that a real house wrote, and from JSON lines. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder, run, soundConfig, soundEnv, start } from '../../../test/command-line.ts'
import type { Folder, Ran } from '../../../test/command-line.ts'
import type { DecisionTrace } from '../../domain/decision.ts'
import { packedDecisions } from '../../platform/packed-decisions.ts'
import { systemClock } from '../../platform/process.ts'
import { sqliteStore } from '../../platform/stores/sqlite.ts'
import { serveWorld } from '../../world/serve-world.ts'
import type { World } from '../../world/serve-world.ts'

const env = { ...soundEnv, CI_KEY: 'sk-sb-0123456789abcdef0123456789abcdef' }
const inOrder = 'name: dearest\nsteps: [{ use: capable }, { use: priority }]\n'
const asked: Readonly<Record<string, number>> = { support: 3, premium: 2 }

let files: Folder
let world: World
let journal: string
let lines: string
let policy: string

const configOf = (text: string): string =>
  text
    .replace('http://127.0.0.1:9/v1', world.base('openai'))
    .replace('http://127.0.0.1:9', world.base('anthropic'))
    .replace('model: gpt-4o-mini,', 'model: gpt-4o-mini-2024-07-18,')
    .replace('model: claude-sonnet-4-5,', 'model: claude-3-5-sonnet-20241022,')
    .replace('durable: memory', `durable: 'sqlite:${journal}'`)

/** Asks a served house, and keeps what it told of its decisions. */
const record = async (): Promise<void> => {
  const serving = start(['serve', '--config', await files.write('signalbox.yaml', configOf(soundConfig))], { env })
  const [, url = ''] = await serving.until(/listens on (http:\/\/\S+)/)
  const headers = { authorization: `Bearer ${env.CI_KEY}`, 'content-type': 'application/json' }
  const decided: string[] = []
  for (const [pool, count] of Object.entries(asked)) {
    for (let nth = 0; nth < count; nth++) {
      const body = JSON.stringify({ model: pool, messages: [{ role: 'user', content: `Hello ${nth}` }] })
      const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
      expect(answer.status).toBe(200)
      const explained = await fetch(`${url}/v1/route`, { method: 'POST', headers, body })
      decided.push(await explained.text())
    }
  }
  serving.stop()
  expect((await serving.ended).code).toBe(0)
  // As the endpoint gives it, and the trace alone; blank lines are nothing.
  const [first = '', ...rest] = decided
  const bare = JSON.stringify((JSON.parse(first) as { readonly trace: unknown }).trace)
  lines = await files.write('decisions.jsonl', `${[bare, '', ...rest].join('\n')}\n`)
}

beforeAll(async () => {
  files = await folder()
  journal = join(files.path, 'state.db')
  world = await serveWorld({ pace: 'instant', key: env.PROVIDER_KEY })
  policy = await files.write('dearest.yaml', inOrder)
  await record()
})
afterAll(async () => {
  await world.close()
  await files[Symbol.asyncDispose]()
})

const replay = (log: string, other: string, ...more: readonly string[]): Promise<Ran> =>
  run(['replay', '--log', log, '--policy', other, ...more], { env })

describe.each([
  ['a journal', () => journal],
  ['JSON lines', () => lines],
])('from %s', (_what, log) => {
  it('the comparison tells in words what would have come first, and what it would have cost', async () => {
    const { code, out, err } = await replay(log(), policy)
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toMatch(/^5 recorded decisions; the first choice of 3 would have been another \(60\.0 %\)$/m)
    expect(out).toMatch(/mini +│ 60\.0 % +│ 0\.0 %/)
    expect(out).toMatch(/sonnet +│ 40\.0 % +│ 100\.0 %/)
    expect(out).toMatch(/expected cost +\$\d+\.\d{4} as decided, \$\d+\.\d{4} under dearest, over 5 decisions/)
    expect(out).toMatch(/nobody left +0 as decided, 0 under dearest/)
    expect(out).toMatch(/│ mini +│ sonnet +│ 1:priority +│ 3 \(60\.0 %\) +│/)
    // Whoever decided by price and place asked for no latency.
    expect(out).toMatch(/^expected latency recorded of both first choices in no decision$/m)
    expect(out).toMatch(/^not judged +0 \(0\.0 %\) of the decisions$/m)
  })
  it('as JSON it is the same comparison', async () => {
    const { code, out } = await replay(log(), policy, '--json')
    expect(code).toBe(0)
    const compared = JSON.parse(out) as { readonly cost: { readonly before: number; readonly after: number } }
    expect(compared).toMatchObject({
      decisions: 5,
      changed: 3,
      unserved: { before: 0, after: 0 },
      shares: { mini: { before: 0.6, after: 0 }, sonnet: { before: 0.4, after: 1 } },
      changes: [{ from: 'mini', to: 'sonnet', by: '1:priority', decisions: 3 }],
      cost: { priced: 5 },
      latency: { measured: 0 },
      missing: {},
      unseeded: 0,
      absent: 0,
      unjudged: 0,
    })
    expect(compared.cost.after).toBeGreaterThan(compared.cost.before)
  })
  it('one pool alone can be looked at', async () => {
    const { out } = await replay(log(), policy, '--json', '--pool', 'premium')
    expect(JSON.parse(out)).toMatchObject({ decisions: asked['premium'], changed: 0 })
  })
  it('the policy that decided changes nothing', async () => {
    const whole = await files.write('whole.yaml', soundConfig)
    const { out } = await replay(log(), whole, '--json', '--name', 'cheapest', '--pool', 'support')
    expect(JSON.parse(out)).toMatchObject({ decisions: asked['support'], changed: 0, unserved: { after: 0 } })
  })
  it('signals that a policy reads and nobody recorded are told', async () => {
    const fast = await files.write('fast.yaml', 'name: quick\nsteps: [{ use: fast }]\n')
    const { out } = await replay(log(), fast)
    expect(out).toMatch(/not recorded +\S+.* \(in [1-5]\): there it decided as if nothing were known/)
    expect(out).toMatch(/^not judged +5 \(100\.0 %\) of the decisions$/m)
  })
  it('a session by which the policy draws and that nobody recorded is told, and so is a fallback that was no candidate', async () => {
    const drawn = await files.write(
      'drawn.yaml',
      'name: drawn\nseed: session\nsteps: [{ use: random }]\nfallback: [other]\n',
    )
    const { out } = await replay(log(), drawn)
    expect(out).toMatch(/^not judged +5 \(100\.0 %\) of the decisions$/m)
    expect(out).toMatch(/whose session or user it was \(in 5\): there each request was drawn by itself/)
    expect(out).toMatch(/somebody whom the policy names as its fallback \(in 5\)/)
  })
})

it('a long journal is read to its end', async () => {
  const path = join(files.path, 'long.db')
  const store = packedDecisions(await sqliteStore(path, systemClock()))
  const [bare = ''] = (await readFile(lines, 'utf8')).split('\n')
  const entry = JSON.parse(bare) as DecisionTrace
  const entries = Array.from({ length: 1201 }, (_, at) => ({ key: `dec-${at}`, entry }))
  await store.journal.append('decisions', entries)
  await store.close()
  const { out } = await replay(path, policy, '--json')
  expect(JSON.parse(out)).toMatchObject({ decisions: 1201, changed: 1201 })
})

describe('what cannot be replayed', () => {
  it.each([
    ['a log that is not there', 1, () => ['none.db', policy], /there is no log at none\.db/],
    ['a folder', 1, () => [files.path, policy], /cannot be read/],
    [
      'a policy that is not there',
      2,
      () => [journal, 'none.yaml'],
      /cannot read the policy none\.yaml: there is no such file/,
    ],
    [
      'a pool without decisions',
      1,
      () => [journal, policy, '--pool', 'suport'],
      /holds no decisions of the pool "suport"; did you mean "support"\? \(there are decisions of premium, support\)/,
    ],
  ])('%s', async (_what, code, argv, told) => {
    const [log = '', other = '', ...more] = argv()
    const ran = await replay(log, other, ...more)
    expect(ran.err).toMatch(told)
    expect(ran).toMatchObject({ code, out: '' })
  })
  it.each([
    [
      'a policy with a step that is not there',
      'steps: [{ use: cheep }]\n',
      1,
      /policy\.yaml:1:\d+: error: .*cheep.*"cheap"[^]*holds no sound policy/,
    ],
    ['a file without a policy', 'pools: {}\n', 1, /there is no policy here/],
    ['several policies and no name', soundConfig, 2, /has several policies \(.*cheapest.*\); choose one with --name/],
  ])('%s', async (_what, text, code, told) => {
    const ran = await replay(journal, await files.write('policy.yaml', text))
    expect(ran.err).toMatch(told)
    expect(ran).toMatchObject({ code, out: '' })
  })
  it('a name that the file does not have, and says which there are', async () => {
    const ran = await replay(journal, await files.write('policy.yaml', soundConfig), '--name', 'cheepest')
    expect(ran.err).toMatch(/has no policy "cheepest"; did you mean "cheapest"\? \(there are .*in-order.*\)/)
    expect(ran.code).toBe(2)
  })
  it.each([
    ['a line that is no JSON', '{"facts":{}\n', /line 1 is no JSON/],
    ['a line that is no decision', '{"a":1}\n', /line 1 is no decision: it needs facts and decision/],
    ['a line that only looks like one', '{"facts":{},"decision":{}}\n', /line 1 is no decision/],
    ['an empty file', '', /holds no decisions/],
    [
      'another program’s database',
      'SQLite format 3\u0000 and then nothing of the kind',
      /cannot be read: the store .*(?:damaged|no(?:t an)? SQLite)/,
    ],
  ])('%s', async (_what, text, told) => {
    const ran = await replay(await files.write('log.jsonl', text), policy)
    expect(ran.err).toMatch(told)
    expect(ran).toMatchObject({ code: 1, out: '' })
  })
})
