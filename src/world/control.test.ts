/** The world's switches and log over HTTP. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { serveWorld } from './serve-world.ts'

const world = await serveWorld({ pace: 'instant' })
afterAll(() => world.close())
beforeEach(() => {
  world.switches.clear()
  world.clear()
})

const at = async (path: string, method = 'GET', body?: unknown): Promise<readonly [number, unknown]> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(world.url + path, { method, ...(text !== undefined && { body: text }) })
  return [answer.status, await answer.json()]
}
const switches = '/world/switches'

describe('switches over HTTP', () => {
  it('are thrown, told, taken back one by one, for one target, and all', async () => {
    expect(await at(switches)).toEqual([200, { switches: [] }])
    expect(await at(switches, 'POST', { outage: true })).toEqual([200, { switches: [{ outage: true }] }])
    await at(switches, 'POST', { provider: 'openai', latency: { addMs: 5 }, rateLimit: { rpm: 3 } })
    await at(switches, 'POST', { outage: null })
    await at(switches, 'POST', { provider: 'openai', rateLimit: null, fail: { kind: '429', retryAfter: 2 } })
    const row = { provider: 'openai', latency: { addMs: 5 }, fail: { kind: '429', retryAfter: 2 } }
    expect(await at(switches)).toEqual([200, { switches: [row] }])
    expect(world.switches.rows()).toEqual([row])
    await at(switches, 'POST', { provider: 'mistral', outage: true })
    expect(await at(`${switches}?provider=openai`, 'DELETE')).toEqual([
      200,
      { switches: [{ provider: 'mistral', outage: true }] },
    ])
    expect(await at(switches, 'DELETE')).toEqual([200, { switches: [] }])
  })

  it("take a model by any of its names, and keep it by the model's own", async () => {
    const [, told] = await at(switches, 'POST', { model: 'gpt-4o', outage: true })
    expect(told).toEqual({ switches: [{ model: 'gpt-4o-2024-08-06', outage: true }] })
  })

  it.each<[string, unknown, string, string | undefined]>([
    ['no JSON', 'outage', 'a change is an object with provider or model, and switches', undefined],
    ['a list', [], 'a change is an object with provider or model, and switches', undefined],
    [
      'an unknown switch',
      { outrage: true },
      'there is no switch "outrage"; there are latency, fail, rateLimit, cut, inbandError, outage',
      'outrage',
    ],
    ['a member of every object', '{"constructor": 1}', 'there is no switch "constructor"', 'constructor'],
    [
      'an unknown provider',
      { provider: 'opnai', outage: true },
      'there is no provider "opnai"; there are anthropic, openai, mistral, selfhosted, gemini',
      'provider',
    ],
    [
      'an unknown model',
      { provider: 'mistral', model: 'gpt-4o', outage: true },
      'there is no model "gpt-4o"; there are mistral-large-2407',
      'model',
    ],
    ['a provider that is a number', { provider: 7 }, 'provider wants a name', 'provider'],
    ['an outage of text', { outage: 'yes' }, 'outage wants true or false', 'outage'],
    [
      'an unknown failure',
      { fail: { kind: '418' } },
      'fail wants kind as one of 500, 503, 529, 429, 401, 400-context, html, garbage, empty, hang, reset',
      'fail',
    ],
    ['a failure without kind', { fail: {} }, 'fail wants kind as one of', 'fail'],
    ['a rate over 1', { fail: { kind: '500', rate: 2 } }, 'fail wants rate as a number from 0 to 1', 'fail'],
    ['a cut without manner', { cut: { afterChunks: 2 } }, 'cut wants how as one of close, reset, stall', 'cut'],
    [
      'half a piece',
      { cut: { afterChunks: 1.5, how: 'close' } },
      'cut wants afterChunks as a whole number from 0',
      'cut',
    ],
    ['a limit below nothing', { rateLimit: { rpm: -1 } }, 'rateLimit wants rpm as a number from 0', 'rateLimit'],
    ['a stranger in a switch', { latency: { ms: 4 } }, 'latency wants only factor, addMs, rate, not ms', 'latency'],
    ['an error nowhere', { inbandError: {} }, 'inbandError wants afterChunks as a whole number from 0', 'inbandError'],
    ['too much', `{"a":"${'x'.repeat(70_000)}"}`, 'a change has at most 65536 bytes', undefined],
  ])('refuse %s and say what would be right', async (_, body, error, where) => {
    const [status, told] = await at(switches, 'POST', body)
    expect(status).toBe(400)
    expect(told).toMatchObject({ error: expect.stringContaining(error) })
    expect(told).toHaveProperty('error')
    if (where === undefined) expect(told).not.toHaveProperty('at')
    else expect(told).toHaveProperty('at', where)
    expect(world.switches.rows()).toEqual([])
  })

  it('refuse to be taken back for nobody', async () => {
    expect(await at(`${switches}?model=gpt`, 'DELETE')).toMatchObject([400, { at: 'model' }])
  })

  it('are called again after every change, until that is ended', () => {
    let calls = 0
    const end = world.switches.watch(() => calls++)
    world.switches.change({}, { outage: true })
    world.switches.clear()
    end()
    world.switches.change({}, { outage: true })
    expect(calls).toBe(2)
  })
})

describe('the log over HTTP', () => {
  it('tells requests to providers, and forgets them when asked', async () => {
    await fetch(`${world.base('openai')}/models`, { headers: { authorization: 'Bearer any' } })
    await world.settled()
    const [status, told] = await at('/world/requests')
    expect(status).toBe(200)
    expect(told).toMatchObject({
      requests: [{ method: 'GET', path: '/openai/v1/models', provider: 'openai', status: 200, complete: true }],
    })
    expect(told).toEqual({ requests: world.seen() })
    expect(await at('/world/requests', 'DELETE')).toEqual([200, { requests: [] }])
    expect(await at('/world/requests')).toEqual([200, { requests: [] }])
  })

  it('is where it says it is', async () => {
    expect(await at('/world')).toEqual([
      404,
      { error: 'nothing is at /world; there are /world/switches, /world/requests' },
    ])
    expect(await at('/world/requests', 'POST')).toEqual([405, { error: '/world/requests takes GET, DELETE, not POST' }])
    expect((await fetch(`${world.url}${switches}`, { method: 'PUT' })).headers.get('allow')).toBe('GET, POST, DELETE')
  })
})
