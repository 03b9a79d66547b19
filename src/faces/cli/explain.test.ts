/** Explaining: the decision that a request would get, in words and as JSON, and what cannot be explained. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder, run, soundConfig, soundEnv } from '../../../test/command-line.ts'
import type { Folder, Ran } from '../../../test/command-line.ts'
import { readConfig } from '../../config/load.ts'
import type { DecisionTrace } from '../../domain/decision.ts'
import { compilePolicy } from '../../routing/compile-policy.ts'
import { replay } from '../../routing/replay.ts'
import { providerTypes } from '../../standalone.ts'

const canary = 'the prompt that nobody may repeat'
const asked = { model: 'support', messages: [{ role: 'user', content: canary }] }

let files: Folder
let config: string
let request: string
beforeAll(async () => {
  files = await folder()
  config = await files.write('signalbox.yaml', soundConfig)
  request = await files.write('request.json', asked)
})
afterAll(async () => files[Symbol.asyncDispose]())

const env = soundEnv
const explain = (path: string, ...more: readonly string[]): Promise<Ran> =>
  run(['explain', path, '--config', config, ...more], { env })
const traceOf = ({ out }: Ran): DecisionTrace => JSON.parse(out) as DecisionTrace
const firstOf = (ran: Ran): string | undefined => traceOf(ran).decision.ranked[0]?.candidate.id

describe('in words', () => {
  it('names who would serve, the step that decided, and the others with their reasons', async () => {
    const { code, out, err } = await explain(request)
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toMatch(/mini/)
    expect(out).toMatch(/cheap/)
    expect(out).toMatch(/sonnet/)
    expect(out).not.toContain(canary)
  })
  it('nobody who could serve is a finding, and says why for each', async () => {
    const image = { type: 'image_url', image_url: { url: 'https://images.test/a.png' } }
    const path = await files.write('image.json', { ...asked, messages: [{ role: 'user', content: [image] }] })
    const { code, out } = await explain(path)
    expect(code).toBe(1)
    expect(out).toMatch(/mini[^]*image/)
    expect(out).toMatch(/sonnet[^]*image/)
  })
})

describe('as JSON', () => {
  it('is a decision that replays byte for byte from its own facts', async () => {
    const trace = traceOf(await explain(request, '--json'))
    const read = readConfig(soundConfig, { file: 'signalbox.yaml', env, providerTypes })
    if (!read.ok) throw new Error('the configuration is not sound')
    const policy = read.settings.policies.find(({ name }) => name === 'cheapest')
    const compiled = policy && compilePolicy(policy)
    if (compiled?.ok !== true) throw new Error('the policy is not sound')
    expect(JSON.stringify(replay(compiled.value, trace))).toBe(JSON.stringify(trace.decision))
    expect(trace.decision.policy.version).toBe(compiled.value.version)
  })
  it('holds no word of the prompt', async () => {
    expect((await explain(request, '--json')).out).not.toContain('nobody may repeat')
  })
  it('is read from Anthropic’s dialect too, told from the body or by name', async () => {
    const body = { ...asked, max_tokens: 77, system: 'Be kind.' }
    const path = await files.write('anthropic.json', body)
    const seen = traceOf(await explain(path, '--json'))
    const named = traceOf(await explain(path, '--json', '--dialect', 'anthropic-messages'))
    expect(seen.facts.request).toMatchObject({ maxOutputTokens: 77 })
    expect(named.facts.request).toEqual(seen.facts.request)
  })
})

describe('by other means', () => {
  it('the policy that is asked for decides', async () => {
    expect(firstOf(await explain(request, '--json'))).toBe('mini')
    expect(firstOf(await explain(request, '--json', '--policy', 'in-order'))).toBe('sonnet')
  })
  it('tags reach the conditions of the policy', async () => {
    const tagged = (...tags: readonly string[]): Promise<Ran> =>
      explain(request, '--json', '--policy', 'by-tenant', ...tags.flatMap(tag => ['--tag', tag]))
    expect(firstOf(await tagged('tenant=acme'))).toBe('sonnet')
    expect(firstOf(await tagged('tenant=other', 'tier=a=b'))).toBe('mini')
    const { facts } = traceOf(await tagged('tenant=other', 'tier=a=b'))
    expect(facts.request.tags).toMatchObject({ tenant: 'other', tier: 'a=b' })
  })
  it('a session is the seed of chance where the policy says so', async () => {
    const policy = '  by-talk: { steps: [{ use: random }], seed: session }\n'
    const pool = '  talks: { candidates: [mini, sonnet], policy: by-talk }\n'
    const text = soundConfig.replace('pools:\n', `pools:\n${pool}`).replace('policies:\n', `policies:\n${policy}`)
    const path = await files.write('talks.yaml', text)
    const talk = await files.write('talk.json', { ...asked, model: 'talks' })
    const seedOf = async (session: string): Promise<string> => {
      const ran = await run(['explain', talk, '--config', path, '--json', '--session', session], { env })
      return traceOf(ran).decision.seed
    }
    expect(await seedOf('talk-7')).toBe(await seedOf('talk-7'))
    expect(await seedOf('talk-7')).not.toBe(await seedOf('talk-8'))
  })
  it('without a configuration the providers of the environment are asked', async () => {
    const path = await files.write('auto.json', { ...asked, model: 'auto' })
    const ran = await run(['explain', path, '--json'], { env: { OPENAI_API_KEY: 'sk-proj-0123456789abcdef0123' } })
    expect(ran.code).toBe(0)
    expect(firstOf(ran)).toMatch(/^gpt-/)
  })
})

describe('what cannot be explained', () => {
  it.each([
    [
      'a request that is not there',
      2,
      () => ['none.json'],
      /cannot read the request .*none\.json: there is no such file/,
    ],
    ['a tag without a value', 2, () => [request, '--tag', 'acme'], /--tag acme: a tag is written name=value/],
    [
      'a dialect that is not there',
      2,
      () => [request, '--dialect', 'openai'],
      /no dialect "openai"; there are openai-chat, anthropic-messages/,
    ],
    [
      'a policy that is not there',
      1,
      () => [request, '--policy', 'cheepest'],
      /no policy "cheepest"; did you mean "cheapest"/,
    ],
  ])('%s', async (_what, code, argv, told) => {
    const ran = await run(['explain', ...argv(), '--config', config], { env })
    expect(ran.err).toMatch(told)
    expect(ran).toMatchObject({ code, out: '' })
  })
  it.each([
    ['text that is no JSON', '{"model": "support",', 2, /is no JSON: /],
    ['JSON that is no object', '[1]', 2, /is no request in the dialect openai-chat: /],
    ['a request without messages', { model: 'support' }, 2, /is no request in the dialect openai-chat: messages: /],
    [
      'a wrong role',
      { ...asked, messages: [{ role: 'usr', content: 'Hi' }] },
      2,
      /messages\[0\]\.role|messages\.0\.role/,
    ],
    [
      'a pool that is not there',
      { ...asked, model: 'suport' },
      1,
      /no pool, alias or model "suport"; did you mean "support"/,
    ],
  ])('%s', async (_what, content, code, told) => {
    const ran = await explain(await files.write('wrong.json', content))
    expect(ran.err).toMatch(told)
    expect(ran).toMatchObject({ code, out: '' })
  })
  it('with an unsound configuration, whose mistakes are told with their places', async () => {
    const path = await files.write('broken.yaml', soundConfig.replace('policy: cheapest', 'policy: cheapst'))
    const { code, out, err } = await run(['explain', request, '--config', path], { env })
    expect(code).toBe(1)
    expect(err).toMatch(/broken\.yaml:\d+:\d+: error: .*cheapst[^]*gives no sound configuration/)
    expect(out).toBe('')
  })
  it('without configuration and keys, and says what to set', async () => {
    const { code, err } = await run(['explain', request], { env: {} })
    expect(code).toBe(1)
    expect(err).toMatch(/OPENAI_API_KEY[^]*signalbox\.yaml/)
  })
})
