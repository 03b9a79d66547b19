/** WebSocket clients talk with the world: OpenAI's Realtime by its official client, Gemini's Live by Google's, and both by hand. */
import { connect } from 'node:net'
import { GoogleGenAI, Modality } from '@google/genai'
import type { LiveServerMessage } from '@google/genai'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type { RealtimeResponse } from 'openai/resources/realtime/realtime'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { loadRecordings } from '../recordings.ts'
import type { Script } from '../reply.ts'
import { serveWorld } from '../serve-world.ts'

const key = 'the-worlds-own-key'
let script: Script | undefined
const world = await serveWorld({ pace: 'instant', key, script: cue => script?.(cue) })
afterAll(() => world.close())
beforeEach(() => {
  script = undefined
  world.switches.clear()
  world.clear()
})

const recordings = await loadRecordings()
const known = recordings.prompts.find(({ task }) => task === 'math-word-problem')!

interface Event {
  readonly type: string
  readonly [member: string]: unknown
}

/** A client that reads whole JSON messages in order, and tells how the line ended. */
class Client {
  readonly socket: WebSocket
  readonly heard: Event[] = []
  #wake: (() => void) | undefined
  closed: { readonly code: number; readonly reason: string } | undefined
  isBinary: boolean | undefined

  constructor(url: string, headers: Record<string, string> = {}, protocols: readonly string[] = []) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), [...protocols], { headers })
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.isBinary = isBinary
      this.heard.push(JSON.parse(data.toString('utf8')))
      this.#wake?.()
    })
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#wake?.()
    })
    this.socket.on('error', () => this.#wake?.())
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  /** The first message so far, or the next, that is such a one; undefined where the line ended before. */
  async until(isWanted: (event: Event) => boolean): Promise<Event | undefined> {
    for (let at = 0; ; at++) {
      while (at >= this.heard.length) {
        if (this.closed !== undefined) return undefined
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      }
      const event = this.heard[at]
      if (event !== undefined && isWanted(event)) return event
    }
  }

  type(name: string): Promise<Event | undefined> {
    return this.until(({ type }) => type === name)
  }

  async end(): Promise<{ readonly code: number; readonly reason: string }> {
    await this.until(() => false)
    return this.closed ?? { code: 0, reason: '' }
  }
}

const realtime = (model = 'gpt-realtime', token = key): Client =>
  new Client(`${world.base('openai')}/realtime?model=${model}`, { authorization: `Bearer ${token}` })
/** What a wish for a WebSocket was answered with, where it was declined. */
const declined = (client: Client): Promise<readonly [number | undefined, string]> =>
  new Promise(resolve => {
    client.socket.on('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => resolve([response.statusCode, text]))
    })
  })
const texting = { type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } }
const saying = (text: string): object => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})
const opened = async (): Promise<Client> => {
  const client = realtime()
  await client.type('session.created')
  client.say(texting)
  await client.type('session.updated')
  return client
}

describe("OpenAI's Realtime", () => {
  it('answers its official client in turns, with what was recorded, and counts each', async () => {
    const openai = new OpenAI({ baseURL: world.base('openai'), apiKey: key })
    // The client asks for TLS alone; a plain connection in its place is all that is not its own.
    const options = { createConnection: () => connect(Number(new URL(world.url).port), '127.0.0.1') }
    const line = await OpenAIRealtimeWS.create(openai, { model: 'gpt-realtime', options })
    const deltas: string[] = []
    line.on('response.output_text.delta', ({ delta }) => deltas.push(delta))
    const done = await new Promise<RealtimeResponse>((resolve, reject) => {
      line.on('error', reject)
      line.on('response.done', ({ response }) => resolve(response))
      line.on('session.created', () => {
        line.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
        const content = [{ type: 'input_text' as const, text: known.prompt }]
        line.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
        line.send({ type: 'response.create' })
      })
    })
    const recorded = recordings.answer(known, 'gpt-4o-2024-08-06')
    expect(done).toMatchObject({
      status: 'completed',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: recorded }] }],
      usage: { output_tokens: expect.any(Number), input_token_details: { cached_tokens: 0 } },
    })
    expect(deltas.join('')).toBe(recorded)
    line.close()
    await world.settled()
    expect(world.seen().at(-1)).toMatchObject({
      operation: 'realtime',
      model: 'gpt-realtime',
      status: 101,
      prompt: known.id,
      complete: true,
    })
  })

  it('goes through the events of a turn in its own order', async () => {
    script = () => ({ text: 'Yes.', calls: [{ name: 'f', input: {} }] })
    const client = await opened()
    client.say(saying('x'))
    client.say({ type: 'response.create' })
    await client.type('rate_limits.updated')
    expect(client.heard.map(({ type }) => type).filter((type, place, all) => type !== all[place - 1])).toEqual([
      'session.created',
      'session.updated',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.output_item.added',
      'conversation.item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ])
    expect(new Set(client.heard.map(one => one['event_id'])).size).toBe(client.heard.length)
    client.socket.close()
  })

  it('counts more input with every turn, and speaks where sound is wanted', async () => {
    script = () => ({ text: 'one two three' })
    const client = realtime()
    await client.type('session.created')
    const usages: unknown[] = []
    for (const text of ['first words', 'more words']) {
      client.say(saying(text))
      client.say({ type: 'response.create' })
      const done = await client.until(({ type, response }) => type === 'response.done' && !usages.includes(response))
      usages.push(done?.['response'])
    }
    expect(usages).toMatchObject([
      { usage: { input_tokens: 7, output_tokens: 4, output_token_details: { audio_tokens: 4, text_tokens: 0 } } },
      { usage: { input_tokens: 7 + 8 + 7 } },
    ])
    const sound = client.heard.filter(({ type }) => type === 'response.output_audio.delta')
    expect(Buffer.concat(sound.map(({ delta }) => Buffer.from(String(delta), 'base64'))).length).toBeGreaterThan(
      3 * 2400 - 1,
    )
    expect(await client.type('response.output_audio_transcript.done')).toMatchObject({ transcript: 'one two three' })
    client.socket.close()
  })

  it('hears sound by its bytes', async () => {
    const client = await opened()
    client.say({ type: 'input_audio_buffer.append', audio: Buffer.alloc(4800).toString('base64') })
    client.say({ type: 'input_audio_buffer.commit' })
    expect(await client.type('conversation.item.done')).toMatchObject({
      item: { content: [{ type: 'input_audio', transcript: 'I heard 4800 bytes.' }] },
    })
    client.say({ type: 'input_audio_buffer.commit' })
    expect(await client.type('error')).toMatchObject({ error: { code: 'input_audio_buffer_commit_empty' } })
    client.socket.close()
  })

  it('stops when it is told to, and says so', async () => {
    const slow = await serveWorld({ pace: 50, key, script: () => ({ text: 'word '.repeat(500) }) })
    const client = new Client(`${slow.base('openai')}/realtime?model=gpt-realtime`, { authorization: `Bearer ${key}` })
    await client.type('session.created')
    client.say({ type: 'response.create' })
    client.say({ type: 'response.create' })
    expect(await client.type('error')).toMatchObject({ error: { code: 'conversation_already_has_active_response' } })
    client.say({ type: 'response.cancel' })
    expect(await client.type('response.done')).toMatchObject({ response: { status: 'cancelled' } })
    client.socket.close()
    await slow.close()
  })

  it('tells of events that are none, and goes on', async () => {
    const client = await opened()
    client.say({ type: 'session.begin', event_id: 'mine' })
    expect(await client.type('error')).toMatchObject({
      error: { code: 'invalid_value', param: 'type', event_id: 'mine' },
    })
    client.say({ type: 'response.create' })
    expect(await client.type('response.done')).toMatchObject({ response: { status: 'completed' } })
    client.socket.close()
  })

  it('declines a wrong key and a switched failure before the line opens, and a missing model on it', async () => {
    const [status, body] = await declined(realtime('gpt-realtime', 'wrong'))
    expect([status, JSON.parse(body)]).toMatchObject([401, { error: { code: 'invalid_api_key' } }])
    world.switches.change({ provider: 'openai' }, { fail: { kind: '429', retryAfter: 3 } })
    expect((await declined(realtime()))[0]).toBe(429)
    world.switches.change({ provider: 'openai' }, { fail: { kind: 'html' } })
    expect((await declined(realtime()))[0]).toBe(502)
    world.switches.clear()
    const client = realtime('gpt-none')
    expect(await client.end()).toEqual({ code: 4000, reason: 'invalid_request_error.model_not_found' })
    expect(client.heard).toMatchObject([{ type: 'error', error: { code: 'model_not_found' } }])
  })

  it('takes a key as the name of a protocol', async () => {
    const url = `${world.base('openai')}/realtime?model=gpt-realtime`
    const client = new Client(url, {}, ['realtime', `openai-insecure-api-key.${key}`])
    expect(await client.type('session.created')).toBeDefined()
    expect(client.socket.protocol).toBe('realtime')
    client.socket.close()
  })

  it.each<[string, object, number]>([
    ['is cut by an error in the middle', { inbandError: { afterChunks: 2 } }, 1011],
    ['is hung up on in the middle', { cut: { how: 'close', afterChunks: 2 } }, 1001],
    ['is reset in the middle', { cut: { how: 'reset', afterChunks: 2 } }, 1006],
  ])('%s', async (_, change, code) => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    const client = await opened()
    world.switches.change({}, change)
    client.say({ type: 'response.create' })
    expect((await client.end()).code).toBe(code)
    expect(client.heard.at(-1)?.type).toBe(code === 1011 ? 'error' : 'response.output_text.delta')
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ complete: false })
  })

  it('ends with an outage, and whoever leaves in the middle is noted', async () => {
    const client = await opened()
    world.switches.change({ provider: 'openai' }, { outage: true })
    expect((await client.end()).code).toBe(1006)
    world.switches.clear()
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 1 } })
    const leaving = await opened()
    leaving.say({ type: 'response.create' })
    await leaving.type('response.output_text.delta')
    leaving.socket.terminate()
    await world.settled()
    expect(world.seen().at(-1)).toMatchObject({ complete: false, closedAt: expect.any(Number) })
  })
})

describe("Gemini's Live", () => {
  const path = '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'
  const live = (query = `?key=${key}`): Client => new Client(`${world.base('gemini')}${path}${query}`)
  const model = 'models/gemini-live-2.5-flash-preview'
  const isEnd = ({ serverContent }: Event): boolean =>
    JSON.stringify(serverContent ?? {}).includes('"turnComplete":true')
  const turn = (text: string): object => ({
    clientContent: { turns: [{ role: 'user', parts: [{ text }] }], turnComplete: true },
  })

  it("answers Google's client with what was recorded, and its usage", async () => {
    const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: world.base('gemini') } })
    const heard: LiveServerMessage[] = []
    const session = await new Promise<{ readonly end: Promise<void>; readonly close: () => void }>(
      (resolve, reject) => {
        let finish: () => void = () => undefined
        const end = new Promise<void>(done => {
          finish = done
        })
        client.live
          .connect({
            model: 'gemini-live-2.5-flash-preview',
            config: { responseModalities: [Modality.TEXT] },
            callbacks: {
              onmessage: message => {
                heard.push(message)
                if (message.serverContent?.turnComplete === true) finish()
              },
              onerror: event => reject(new Error(event.message)),
            },
          })
          .then(line => {
            line.sendClientContent({ turns: known.prompt })
            resolve({ end, close: () => line.close() })
          }, reject)
      },
    )
    await session.end
    expect(heard.map(({ text }) => text ?? '').join('')).toBe(recordings.answer(known, 'gemini-1.5-flash'))
    expect(heard.at(-1)?.usageMetadata?.totalTokenCount).toBeGreaterThan(0)
    session.close()
    await world.settled()
    expect(world.seen()[0]).toMatchObject({
      provider: 'gemini',
      operation: 'realtime',
      model: 'gemini-live-2.5-flash-preview',
      prompt: known.id,
      complete: true,
    })
  })

  it('sends its messages as bytes, speaks where sound is wanted, and goes on after a call', async () => {
    script = ({ nth }) => (nth === 0 ? { calls: [{ name: 'now', input: {} }] } : { text: 'one two three' })
    const client = live()
    await new Promise(resolve => client.socket.once('open', resolve))
    const generationConfig = { responseModalities: ['AUDIO'] }
    client.say({
      setup: {
        model,
        generationConfig,
        outputAudioTranscription: {},
        tools: [{ functionDeclarations: [{ name: 'now' }] }],
      },
    })
    await client.until(event => 'setupComplete' in event)
    expect(client.isBinary).toBe(true)
    client.say(turn('What time is it?'))
    const called = await client.until(event => 'toolCall' in event)
    expect(called?.['toolCall']).toMatchObject({
      functionCalls: [{ name: 'now', args: {}, id: expect.stringMatching(/^function-call-\d{20}$/) }],
    })
    client.say({ tool_response: { functionResponses: [{ id: 'x', name: 'now', response: { output: 'noon' } }] } })
    const end = await client.until(isEnd)
    expect(end?.['usageMetadata']).toMatchObject({ responseTokensDetails: [{ modality: 'AUDIO', tokenCount: 4 }] })
    const all = JSON.stringify(client.heard)
    expect(all).toContain('"mimeType":"audio/pcm;rate=24000"')
    expect(all).toContain('"outputTranscription":{"text":')
    client.socket.close()
  })

  it.each<[string, string, object | undefined, number, RegExp]>([
    ['a wrong key', '?key=wrong', undefined, 1007, /API key not valid/],
    ['no key', '', undefined, 1008, /unregistered callers/],
    ['a turn before the setup', `?key=${key}`, turn('x'), 1007, /first message/],
    ['a model that is not there', `?key=${key}`, { setup: { model: 'models/none' } }, 1008, /is not found/],
  ])('hangs up on %s', async (_, query, message, code, reason) => {
    const client = live(query)
    if (message !== undefined) {
      await new Promise(resolve => client.socket.once('open', resolve))
      client.say(message)
    }
    expect(await client.end()).toEqual({ code, reason: expect.stringMatching(reason) })
  })

  it('hangs up where something goes wrong in the middle', async () => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    world.switches.change({}, { inbandError: { afterChunks: 2 } })
    const client = live()
    await new Promise(resolve => client.socket.once('open', resolve))
    client.say({ setup: { model } })
    client.say(turn('x'))
    expect((await client.end()).code).toBe(1011)
    expect(client.heard).toHaveLength(3)
  })
})

it('no line is anywhere else', async () => {
  expect(await declined(new Client(`${world.url}/openai/v1/other`))).toEqual([
    404,
    JSON.stringify({ error: 'no line is at /openai/v1/other' }),
  ])
})
