/** Races and hedges over real sockets: who wins, what becomes of the losers, and that the bill is the providers' own. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { Attempt } from '../../src/domain/outcome.ts'
import type { Script } from '../../src/world/reply.ts'
import { openHouse, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const abilities = 'accepts: [text, tools], contextWindow: 128000, maxOutput: 8192'
/** A millionth of a dollar for each token, so that a cost is a count. */
const price = 'price: { input: 1, output: 1 }'
const script: Script = ({ provider }) => ({ text: `${provider} says a few words here. `.repeat(20) })

let house: OpenHouse
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await house.close()
  for (const close of closing.splice(0)) await close()
})

interface Plan {
  readonly execution: string
  /** Where the second provider is; the world unless told otherwise. */
  readonly anthropic?: string
  readonly attempts?: number
}

const open = async ({ execution, anthropic, attempts = 3 }: Plan): Promise<OpenHouse> => {
  house = await openHouse({
    world: { script, pace: 0.2 },
    config: world =>
      [
        'providers:',
        `  openai: { type: openai, url: '${world.base('openai')}', key: '\${WORLD_KEY}' }`,
        `  anthropic: { type: anthropic, url: '${anthropic ?? world.base('anthropic')}', key: '\${WORLD_KEY}' }`,
        'deployments:',
        `  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, ${price}, priority: 1, ${abilities} }`,
        `  large: { provider: openai, model: gpt-4o-2024-08-06, ${price}, priority: 2, ${abilities} }`,
        `  haiku: { provider: anthropic, model: claude-3-haiku-20240307, ${price}, priority: 3, ${abilities} }`,
        'pools:',
        '  pool: { candidates: [mini, large, haiku], policy: quick }',
        'policies:',
        '  quick:',
        '    steps: [{ use: priority }]',
        `    execution: ${execution}`,
        `    patience: { maxAttempts: ${attempts}, retriesPerCandidate: 0, firstToken: 10s, idle: 10s, total: 20s }`,
      ].join('\n'),
  })
  return house
}

const ask = (more: object = {}, options: { readonly signal?: AbortSignal } = {}) =>
  house.openai.chat.completions.create({ model: 'pool', messages: [{ role: 'user', content: 'Hi' }], ...more }, options)
const read = async (more: object = {}): Promise<string> => {
  let text = ''
  const stream = (await ask({ ...more, stream: true })) as unknown as AsyncIterable<{
    readonly choices: readonly { readonly delta: { readonly content?: string } }[]
  }>
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
  return text
}

const settled = async (count = 1): Promise<readonly Attempt[]> => {
  await until('it is settled', () => house.settled.length === count)
  return house.settled.at(-1)?.attempts ?? []
}
const kinds = (attempts: readonly Attempt[]) =>
  attempts.map(({ kind, candidate, failure }) => [kind, candidate.id, failure?.kind])
const billed = (): number =>
  house.world.seen().reduce((sum, { billed: tokens }) => sum + (tokens?.input ?? 0) + (tokens?.output ?? 0), 0)

/** Tells its count of the request at once, as Anthropic does, and then says nothing more. */
const silent = async () => {
  const seen = { opened: 0, closed: 0 }
  const server = createServer((request, response) => {
    seen.opened += 1
    response.on('close', () => (seen.closed += 1))
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [] }
      const usage = { input_tokens: 77, output_tokens: 1 }
      const start = { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null, usage } }
      response.write(`event: message_start\ndata: ${JSON.stringify(start)}\n\n`)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise(resolve => server.close(resolve)))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

it('a race is between providers, its loser is gone while the winner still speaks, and every lane is an attempt', async () => {
  await open({ execution: '{ mode: race, width: 2 }' })
  house.world.switches.change({ provider: 'anthropic' }, { latency: { addMs: 8000 } })
  const { data: stream, response } = await house.openai.chat.completions
    .create({ model: 'pool', messages: [{ role: 'user', content: 'Hi' }], stream: true })
    .withResponse()
  expect(response.headers.get('x-signalbox-attempts')).toBe('2')
  expect(response.headers.get('x-signalbox-fallback')).toBeNull()
  await until('the loser is gone', () => house.world.seen().some(({ closedAt }) => closedAt !== undefined))
  expect(house.settled).toEqual([])
  for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk')
  const attempts = await settled()
  expect(kinds(attempts)).toEqual([
    ['primary', 'mini', undefined],
    ['race', 'haiku', 'cancelled'],
  ])
  expect(attempts[1]).toMatchObject({ committed: false, cost: { source: 'estimate' } })
})

it("the bill of a race is the providers' own count where they told it: to the token", async () => {
  const { url, seen } = await silent()
  await open({ execution: '{ mode: race, width: 2 }', anthropic: url })
  // Whoever is to lose has told its count before the winner speaks.
  house.world.switches.change({ provider: 'openai' }, { latency: { addMs: 300 } })
  await read({ stream_options: { include_usage: true } })
  const attempts = await settled()
  expect(kinds(attempts)).toEqual([
    ['primary', 'mini', undefined],
    ['race', 'haiku', 'cancelled'],
  ])
  expect(seen).toEqual({ opened: 1, closed: 1 })
  expect(attempts.map(({ cost }) => cost)).toEqual([
    { amount: billed(), source: 'usage' },
    { amount: 77 + 1, source: 'estimate' },
  ])
  expect(house.settled[0]?.cost).toEqual({ amount: billed() + 78, source: 'estimate' })
})

it('a hedge starts its second lane when the first is late, and at once when it fails', async () => {
  await open({ execution: '{ mode: hedge, after: 200ms }' })
  house.world.switches.change({ provider: 'openai' }, { latency: { addMs: 8000 } })
  expect(await read()).toContain('anthropic says')
  expect(kinds(await settled())).toEqual([
    ['primary', 'mini', 'cancelled'],
    ['hedge', 'haiku', undefined],
  ])
  const [first, second] = house.settled[0]?.attempts ?? []
  expect((second?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThanOrEqual(200)

  house.world.switches.clear()
  house.world.switches.change({ model: 'gpt-4o-mini-2024-07-18' }, { fail: { kind: '500' } })
  const { data, response } = await house.openai.chat.completions
    .create({ model: 'pool', messages: [{ role: 'user', content: 'Hi' }] })
    .withResponse()
  expect(data.choices[0]?.message.content).toContain('openai says')
  expect(response.headers.get('x-signalbox-fallback')).toBe('upstream_5xx')
  // The next in line is asked at once, though it stands with the same provider; the other one waits beside it.
  expect(kinds(await settled(2)).slice(0, 2)).toEqual([
    ['primary', 'mini', 'upstream-overloaded'],
    ['fallback', 'large', undefined],
  ])
})

it('a client that leaves in the middle of a race closes every lane and pays for what was begun', async () => {
  await open({ execution: '{ mode: race, width: 3 }' })
  house.world.switches.change({}, { latency: { addMs: 8000 } })
  const leaving = new AbortController()
  const gone = ask({}, { signal: leaving.signal })
  await until('three are asked', () => house.world.seen().filter(one => one.billed !== undefined).length === 3)
  leaving.abort()
  await expect(gone).rejects.toThrow()
  await until('all three are closed', () => house.world.seen().every(({ closedAt }) => closedAt !== undefined))
  const attempts = await settled()
  expect(kinds(attempts).map(([kind, , failure]) => [kind, failure])).toEqual([
    ['primary', 'cancelled'],
    ['race', 'cancelled'],
    ['race', 'cancelled'],
  ])
  expect(attempts.every(({ cost }) => (cost?.amount ?? 0) > 0 && cost?.source === 'estimate')).toBe(true)
})

it.each([
  ['tools that the provider runs', { web_search_options: {} }],
  ['an answer that is to be kept', { store: true }],
])('%s are asked of one alone', async (_what, more) => {
  await open({ execution: '{ mode: race, width: 3 }' })
  await ask(more)
  expect(kinds(await settled())).toEqual([['primary', 'mini', undefined]])
})

it('no more requests are raced than the cap lets, and no lane is beyond the attempts of a request', async () => {
  await open({ execution: '{ mode: race, width: 3, cap: { share: 50% } }', attempts: 2 })
  for (let nth = 0; nth < 8; nth++) await ask()
  await settled(8)
  const widths = house.settled.map(({ attempts }) => attempts.length)
  expect(Math.max(...widths)).toBe(2)
  expect(widths.filter(width => width > 1)).toHaveLength(4)
})
