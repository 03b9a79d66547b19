/** Sockets of the world: who left when, streams side by side, outages, slow readers, and the end of everything. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Script } from './reply.ts'
import { serveWorld } from './serve-world.ts'

let script: Script | undefined
const world = await serveWorld({ pace: 'instant', script: cue => script?.(cue) })
afterAll(() => world.close())
beforeEach(() => {
  script = () => ({ text: 'some words to say '.repeat(20) })
  world.switches.clear()
  world.clear()
})

const clientOf = (base: string): OpenAI => new OpenAI({ baseURL: base, apiKey: 'any', maxRetries: 0 })
const openai = clientOf(world.base('openai'))
const messages = [{ role: 'user' as const, content: 'hi' }]
/** Waits for what surely comes, however busy the machine is. */
const soon = { timeout: 30_000 }

/** A client that does nothing but what it is told, on a socket of its own. */
const rawStream = async (url: string, model = 'gpt-4o'): Promise<Socket> => {
  const body = JSON.stringify({ model, messages, stream: true })
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
  await new Promise(resolve => socket.once('connect', resolve))
  socket.write(
    `POST /openai/v1/chat/completions HTTP/1.1\r\nhost: world\r\nauthorization: Bearer any\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  return socket
}
const closing = (socket: Socket): Promise<Error | undefined> =>
  new Promise(resolve => {
    let error: Error | undefined
    socket.once('error', found => {
      error = found
    })
    socket.once('close', () => resolve(error))
    socket.resume()
  })

describe('a client that leaves', () => {
  it('in the middle of a stream is noted, and nothing is written after', async () => {
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 5 } })
    const chunks = await openai.chat.completions.create({ model: 'gpt-4o', messages, stream: true })
    for await (const { choices } of chunks) if ((choices[0]?.delta.content ?? '') !== '') break
    await world.settled()
    const [seen] = world.seen()
    expect(seen).toMatchObject({ stream: true, status: 200, complete: false, closedAt: expect.any(Number) })
    expect(seen?.closedAt).toBe(seen?.endedAt)
  })

  it('while a paced stream waits for its next piece ends the wait', async () => {
    const slow = await serveWorld({ pace: 1000, script: () => ({ text: 'word '.repeat(500) }) })
    const controller = new AbortController()
    const asked = clientOf(slow.base('openai')).chat.completions.create(
      { model: 'gpt-4o', messages, stream: true },
      { signal: controller.signal },
    )
    await expect.poll(() => slow.seen()[0]?.model, soon).toBe('gpt-4o-2024-08-06')
    controller.abort()
    await expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
    // At this pace the first word would have come after minutes.
    await slow.settled()
    expect(slow.seen()[0]).toMatchObject({ bytes: 0, complete: false, closedAt: expect.any(Number) })
    await slow.close()
  })

  it('while it sends its request is noted too', async () => {
    const socket = connect({ port: Number(new URL(world.url).port), host: '127.0.0.1' })
    await new Promise(resolve => socket.once('connect', resolve))
    socket.write(
      'POST /openai/v1/chat/completions HTTP/1.1\r\nhost: world\r\nauthorization: Bearer any\r\ncontent-length: 99\r\n\r\n{"mod',
    )
    await expect.poll(() => world.seen().length, soon).toBe(1)
    socket.destroy()
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ bytes: 0, complete: false, closedAt: expect.any(Number) })
  })

  it('after everything was said did not leave', async () => {
    await openai.chat.completions.create({ model: 'gpt-4o', messages })
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ complete: true })
    expect(world.seen()[0]).not.toHaveProperty('closedAt')
  })
})

describe('fifty streams at once', () => {
  it('each get their own words, whole', async () => {
    script = ({ asked }) => ({ text: `echo of ${asked.text} `.repeat(30) })
    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, place) => {
        const asked = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: `number ${place}` }] }
        const { choices } = await openai.chat.completions.stream(asked).finalChatCompletion()
        return choices[0]?.message.content
      }),
    )
    expect(texts).toEqual(Array.from({ length: 50 }, (_, place) => `echo of number ${place} `.repeat(30)))
    await world.settled()
    expect(world.seen().filter(({ complete }) => complete)).toHaveLength(50)
  })

  it('all break in an outage, and new requests too, until it is over', async () => {
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 2 } })
    const sockets = await Promise.all(Array.from({ length: 50 }, () => rawStream(world.url)))
    const errors = Promise.all(sockets.map(closing))
    await expect.poll(() => world.seen().filter(({ firstByteAt }) => firstByteAt !== undefined).length, soon).toBe(50)
    world.switches.change({ provider: 'openai' }, { outage: true })
    for (const error of await errors) expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(world.seen().filter(({ complete, closedAt }) => complete || closedAt !== undefined)).toEqual([])
    await expect(openai.models.list()).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
    await expect(clientOf(world.base('mistral')).models.list()).resolves.toBeDefined()
    world.switches.clear()
    await expect(openai.models.list()).resolves.toBeDefined()
  })

  it('break for the one model that is out, and no other', async () => {
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 2 } })
    const [out, stays] = await Promise.all([rawStream(world.url, 'gpt-4o'), rawStream(world.url, 'gpt-4o-mini')])
    await expect.poll(() => world.seen().filter(({ firstByteAt }) => firstByteAt !== undefined).length, soon).toBe(2)
    const error = closing(out)
    world.switches.change({ model: 'gpt-4o-2024-08-06' }, { outage: true })
    expect(await error).toMatchObject({ code: 'ECONNRESET' })
    expect(stays.destroyed).toBe(false)
    stays.destroy()
    await world.settled()
    world.switches.change({}, { cut: null })
    const one = (model: string) => openai.chat.completions.create({ model, messages })
    await expect(one('gpt-4o')).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
    await expect(one('gpt-4o-mini')).resolves.toBeDefined()
  })
})

describe('a slow reader', () => {
  it('gets everything in the end, and is not written to beyond what its socket holds', async () => {
    script = () => ({ text: 'x'.repeat(800_000) })
    const socket = await rawStream(world.url)
    socket.pause()
    let before = -1
    // Until nothing more is taken: the sockets' own buffers are full.
    await expect
      .poll(() => {
        const now = world.seen()[0]?.bytes ?? 0
        const isFull = now > 0 && now === before
        before = now
        return isFull
      }, soon)
      .toBe(true)
    const whileFull = world.seen()[0]?.bytes ?? 0
    socket.resume()
    let size = 0
    const isOver = new Promise<void>(resolve => {
      socket.on('data', chunk => {
        size += chunk.length
        if (chunk.subarray(-5).toString() === '0\r\n\r\n') resolve()
      })
    })
    await isOver
    await world.settled()
    expect(world.seen()[0]?.complete).toBe(true)
    expect(size).toBeGreaterThan(10_000_000)
    expect(whileFull).toBeLessThan(world.seen()[0]!.bytes)
    socket.destroy()
  })
})

describe('the end of the world', () => {
  it('breaks what is open and leaves no timer and no socket behind', async () => {
    const other = await serveWorld({ pace: 1000 })
    other.switches.change({ provider: 'openai', model: 'gpt-4o-mini-2024-07-18' }, { fail: { kind: 'hang' } })
    const sockets = await Promise.all([rawStream(other.url, 'gpt-4o'), rawStream(other.url, 'gpt-4o-mini')])
    await expect.poll(() => other.seen().filter(({ model }) => model !== undefined).length, soon).toBe(2)
    const closed = Promise.all(sockets.map(closing))
    await other.close()
    await closed
    await other.settled()
    expect(other.seen().map(({ complete, closedAt }) => [complete, closedAt])).toEqual([
      [false, undefined],
      [false, undefined],
    ])
    await expect(fetch(other.url)).rejects.toBeInstanceOf(TypeError)
  })

  it('takes those along who have not yet said what they want', async () => {
    const other = await serveWorld({ pace: 'instant' })
    const socket = connect({ port: Number(new URL(other.url).port), host: '127.0.0.1' })
    await new Promise(resolve => socket.once('connect', resolve))
    await new Promise(resolve => socket.write('GET /openai/v1/models HTTP/1.1\r\nho', resolve))
    const closed = closing(socket)
    await other.close()
    await closed
    expect(other.seen()).toEqual([])
  })

  it('leaves no timer of those who waited', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    const other = await serveWorld({ pace: 1000 })
    const before = timers()
    const sockets = await Promise.all(Array.from({ length: 40 }, () => rawStream(other.url)))
    await expect.poll(() => other.seen().filter(({ model }) => model !== undefined).length, soon).toBe(40)
    expect(timers()).toBeGreaterThan(before + 20)
    const closed = Promise.all(sockets.map(closing))
    await other.close()
    await closed
    await other.settled()
    // The test's own machinery has some timers too.
    expect(timers()).toBeLessThan(before + 20)
  })
})

describe('the pace', () => {
  it('is changed by the switch for latency: by a factor, and by milliseconds that are added', async () => {
    const slow = await serveWorld({ pace: 1000, script: () => ({ text: 'word' }) })
    const client = clientOf(slow.base('openai'))
    // At this pace an answer takes minutes, unless the factor takes that away.
    slow.switches.change({}, { latency: { factor: 0, addMs: 25 } })
    await client.chat.completions.create({ model: 'gpt-4o', messages })
    await client.chat.completions.stream({ model: 'gpt-4o', messages }).finalChatCompletion()
    await slow.settled()
    for (const { startedAt, firstByteAt } of slow.seen()) expect(firstByteAt! - startedAt).toBeGreaterThanOrEqual(24)
    expect(slow.seen()).toHaveLength(2)
    await slow.close()
  })

  it('lets the first word and each further one come no earlier than the model would say it', async () => {
    const [model] = world.models
    const quick = await serveWorld({
      models: [{ ...model!, firstToken: 30, perSecond: 2000 }],
      script: () => ({ text: 'word'.repeat(60) }),
    })
    const stream = clientOf(quick.base('openai')).chat.completions.stream({ model: model!.id, messages })
    await stream.finalChatCompletion()
    await quick.settled()
    const [seen] = quick.seen()
    // Chance moves the medians of 30 ms and 0.5 ms a token by less than a factor of three.
    expect(seen!.firstByteAt! - seen!.startedAt).toBeGreaterThanOrEqual(9)
    expect(seen!.endedAt! - seen!.firstByteAt!).toBeGreaterThanOrEqual(9)
    await quick.close()
  })
})
