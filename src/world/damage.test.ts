/** Answers that are cut off or hold an error: where they end, and what the clients make of it. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { damaged, wholeCut } from './damage.ts'
import type { Damage } from './damage.ts'
import { serveWorld } from './serve-world.ts'
import type { Frame } from './speech.ts'

const frames: readonly Frame[] = [
  { data: '[', tokens: 0 },
  { data: 'a', tokens: 1 },
  { data: 'ü', tokens: 1 },
  { data: 'c', tokens: 1 },
  { data: ']', tokens: 0 },
]
const left = (damage: Damage): readonly [string, string] => {
  const parts: Buffer[] = []
  const pieces = damaged(frames, damage)
  for (;;) {
    const { done, value } = pieces.next()
    if (done === true) return [Buffer.concat(parts).toString('latin1'), value]
    parts.push(Buffer.from(value.data))
  }
}

describe('damage', () => {
  it.each<[Damage, string, string]>([
    [{}, '[aÃ¼c]', 'whole'],
    [{ cut: { how: 'close', afterChunks: 0 } }, '[', 'close'],
    [{ cut: { how: 'reset', afterChunks: 2 } }, '[aÃ¼', 'reset'],
    [{ cut: { how: 'stall' } }, '[a', 'stall'],
    [{ cut: { how: 'close', afterBytes: 0 } }, '', 'close'],
    [{ cut: { how: 'close', afterBytes: 3 } }, '[aÃ', 'close'],
    [{ cut: { how: 'close', afterBytes: 3, afterChunks: 1 } }, '[a', 'close'],
    [{ cut: { how: 'close', afterChunks: 3 } }, '[aÃ¼c]', 'whole'],
    [{ cut: { how: 'close', afterBytes: 6 } }, '[aÃ¼c]', 'whole'],
    [{ error: { afterChunks: 1, frame: () => '!' } }, '[a!', 'close'],
    [{ error: { afterChunks: 9, frame: () => '!' } }, '[aÃ¼c]', 'whole'],
    [{ error: { afterChunks: 2, frame: () => '!' }, cut: { how: 'reset', afterChunks: 1 } }, '[a', 'reset'],
  ])('%j leaves %s and ends as %s', (damage, text, ending) => {
    expect(left(damage)).toEqual([text, ending])
  })

  it('of a whole answer comes at its middle unless it says where', () => {
    expect(wholeCut({ how: 'reset', afterChunks: 3 }, 'abcdef')).toEqual({ how: 'reset', afterBytes: 3 })
    expect(wholeCut({ how: 'reset', afterBytes: 1 }, 'abcdef')).toEqual({ how: 'reset', afterBytes: 1 })
  })
})

const world = await serveWorld({ pace: 'instant', script: () => ({ text: 'x'.repeat(400) }) })
afterAll(() => world.close())
beforeEach(() => {
  world.switches.clear()
  world.clear()
})
const openai = new OpenAI({ baseURL: world.base('openai'), apiKey: 'any', maxRetries: 0 })
const vllm = new OpenAI({ baseURL: world.base('selfhosted'), apiKey: 'any', maxRetries: 0 })
const anthropic = new Anthropic({ baseURL: world.base('anthropic'), apiKey: 'any', maxRetries: 0 })
const messages = [{ role: 'user' as const, content: 'hi' }]

const post = (more: object = {}) =>
  fetch(`${world.base('openai')}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify({ model: 'gpt-4o', messages, ...more }),
  })

/** The pieces of text that came, and how it ended. */
const read = async (client: OpenAI, model: string, signal?: AbortSignal): Promise<readonly [number, unknown]> => {
  let pieces = 0
  try {
    const chunks = await client.chat.completions.create(
      { model, messages, stream: true },
      { ...(signal && { signal }) },
    )
    for await (const { choices } of chunks) if ((choices[0]?.delta.content ?? '') !== '') pieces++
    return [pieces, undefined]
  } catch (error) {
    return [pieces, error]
  }
}

describe('a stream that is cut', () => {
  it('by a close ends without an error and without its end', async () => {
    world.switches.change({}, { cut: { how: 'close', afterChunks: 3 } })
    expect(await read(openai, 'gpt-4o')).toEqual([3, undefined])
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ status: 200, complete: false })
    expect(world.seen()[0]).not.toHaveProperty('closedAt')
  })

  it('by a reset breaks after what was sent', async () => {
    world.switches.change({}, { cut: { how: 'reset', afterChunks: 3 } })
    const [pieces, error] = await read(openai, 'gpt-4o')
    expect(pieces).toBe(3)
    expect(error).toBeInstanceOf(Error)
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ status: 200, complete: false })
    expect(world.seen()[0]).not.toHaveProperty('closedAt')
  })

  it('by a stall stays open until the client leaves', async () => {
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 3 } })
    const controller = new AbortController()
    const chunks = await openai.chat.completions.create(
      { model: 'gpt-4o', messages, stream: true },
      { signal: controller.signal },
    )
    let pieces = 0
    for await (const { choices } of chunks) {
      if ((choices[0]?.delta.content ?? '') !== '') pieces++
      if (pieces === 3) controller.abort()
    }
    await world.settled()
    expect(pieces).toBe(3)
    expect(world.seen()[0]).toMatchObject({ complete: false, closedAt: expect.any(Number) })
  })

  it('after so many bytes has that many', async () => {
    world.switches.change({}, { cut: { how: 'close', afterBytes: 777 } })
    const answer = await post({ stream: true })
    expect((await answer.arrayBuffer()).byteLength).toBe(777)
    await world.settled()
    expect(world.seen()[0]?.bytes).toBe(777)
  })
})

describe('a whole answer that is cut', () => {
  it('by a close is half a text, in good form as HTTP', async () => {
    world.switches.change({}, { cut: { how: 'close' } })
    const text = await (await post()).text()
    world.switches.clear()
    const whole = await (await post()).text()
    expect(text).toBe(whole.slice(0, text.length).replace(/"id":"[^"]*"/, /"id":"[^"]*"/.exec(text)?.[0] ?? ''))
    expect(text.length).toBe(Math.floor(whole.length / 2))
  })

  it('by a reset breaks while it is read', async () => {
    world.switches.change({}, { cut: { how: 'reset' } })
    await expect(post().then(answer => answer.text())).rejects.toBeInstanceOf(TypeError)
  })
})

describe('an error inside a stream', () => {
  it("reaches OpenAI's client as an error after the pieces before it", async () => {
    world.switches.change({}, { inbandError: { afterChunks: 2 } })
    const [pieces, error] = await read(openai, 'gpt-4o')
    expect(pieces).toBe(2)
    expect(error).toBeInstanceOf(OpenAI.APIError)
    expect(error).toMatchObject({ type: 'server_error' })
  })

  it('of a server of our own is followed by the end mark, which makes it easy to miss', async () => {
    world.switches.change({}, { inbandError: { afterChunks: 2 } })
    const answer = await fetch(`${world.base('selfhosted')}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer any' },
      body: JSON.stringify({ model: 'llama-3.1-8b-instruct', messages, stream: true }),
    })
    expect(await answer.text()).toMatch(/data: \{"error":\{[^\n]*\}\}\n\ndata: \[DONE\]\n\n$/)
    expect((await read(vllm, 'llama-3.1-8b-instruct'))[1]).toBeInstanceOf(OpenAI.APIError)
  })

  it("reaches Anthropic's client as an error event", async () => {
    world.switches.change({}, { inbandError: { afterChunks: 2 } })
    const stream = anthropic.messages.stream({ model: 'claude-3-haiku-20240307', max_tokens: 999, messages })
    let pieces = 0
    stream.on('text', () => pieces++)
    await expect(stream.finalMessage()).rejects.toMatchObject({ error: { error: { type: 'overloaded_error' } } })
    expect(pieces).toBe(2)
  })
})
