/** OpenAI's official client asks the world for vectors, verdicts, pictures, sounds and transcripts. */
import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import type { Witnessed } from '../ground.ts'
import { serveWorld } from '../serve-world.ts'

const key = 'sk-the-worlds-own-key'
let witnessed: Witnessed | undefined
const world = await serveWorld({
  pace: 'instant',
  key,
  largestFile: 1_000_000,
  witness: came => {
    witnessed = came
  },
})
afterAll(() => world.close())
beforeEach(() => {
  witnessed = undefined
  world.switches.clear()
  world.clear()
})

const clientOf = (provider: string, apiKey = key): OpenAI =>
  new OpenAI({
    baseURL: world.base(provider) + (provider === 'gemini' ? '/v1beta/openai' : ''),
    apiKey,
    maxRetries: 0,
  })
const openai = clientOf('openai')
const post = (path: string, body: BodyInit): Promise<Response> =>
  fetch(world.base('openai') + path, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body })

const product = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0)

describe('embeddings', () => {
  it.each([
    ['openai', 'text-embedding-3-small', 1536],
    ['mistral', 'mistral-embed', 1024],
    ['selfhosted', 'bge-m3', 1024],
    ['gemini', 'gemini-embedding-001', 3072],
  ])('of %s are long one, the same for the same text, and nearer for shared words', async (provider, model, size) => {
    const input = ['a cat on a mat', 'a cat on a mat', 'the cat sat on the mat', 'prices of wheat rose']
    const { data } = await clientOf(provider).embeddings.create({ model, input, encoding_format: 'float' })
    const [first = [], again = [], near = [], far = []] = data.map(({ embedding }) => embedding)
    expect(first).toHaveLength(size)
    expect(product(first, first)).toBeCloseTo(1, 5)
    expect(again).toEqual(first)
    expect(product(first, near)).toBeGreaterThan(product(first, far) + 0.2)
    expect(world.seen()[0]).toMatchObject({ operation: 'embeddings', provider, model, complete: true })
  })

  it('come in fewer numbers and in base64 where that is asked for', async () => {
    const asked = { model: 'text-embedding-3-large', input: 'a cat', dimensions: 256 }
    const plain = await openai.embeddings.create({ ...asked, encoding_format: 'float' })
    // The client asks for base64 by itself and reads it.
    const packed = await openai.embeddings.create(asked)
    expect(witnessed?.body['encoding_format']).toBe('base64')
    expect(plain.data[0]?.embedding).toHaveLength(256)
    expect(packed.data[0]?.embedding.map(value => value.toFixed(6))).toEqual(
      plain.data[0]?.embedding.map(value => value.toFixed(6)),
    )
  })

  it('count tokens that came as numbers, and give a vector for each list', async () => {
    const { data, usage } = await openai.embeddings.create({ model: 'text-embedding-3-small', input: [[1, 2, 3], [4]] })
    expect([data.length, usage.prompt_tokens]).toEqual([2, 4])
  })

  it.each<[string, object, number, RegExp]>([
    ['an empty input', { input: '' }, 400, /cannot be an empty string/],
    ['no input', { input: [] }, 400, /Invalid type for 'input'/],
    ['too many numbers', { input: 'x', dimensions: 1537 }, 400, /less than or equal to 1536/],
    ['a member that is none', { input: 'x', input_type: 'query' }, 400, /input_type/],
    ['a model that chats', { input: 'x', model: 'gpt-4o' }, 404, /does not exist/],
  ])('refuse %s', async (_, more, status, message) => {
    const answer = await post('/embeddings', JSON.stringify({ model: 'text-embedding-3-small', ...more }))
    expect([answer.status, await answer.json()]).toMatchObject([
      status,
      { error: { message: expect.stringMatching(message) } },
    ])
  })

  it.skipIf(!hasShared)('hold to the published schema', async () => {
    const answer = await post(
      '/embeddings',
      JSON.stringify({ model: 'text-embedding-3-small', input: 'x', dimensions: 8 }),
    )
    expect(breaches('CreateEmbeddingResponse', await answer.json())).toEqual([])
  })
})

describe('moderations', () => {
  it('flag what a few plain words say, and score the rest low', async () => {
    const { results } = await openai.moderations.create({ input: ['I will kill you', 'What a fine day'] })
    expect(results.map(({ flagged, categories }) => [flagged, categories.violence])).toEqual([
      [true, true],
      [false, false],
    ])
    expect(results[0]?.category_scores.violence).toBeGreaterThan(0.8)
    expect(results[1]?.category_scores.violence).toBeLessThan(0.1)
  })

  it.skipIf(!hasShared)('hold to the published schema', async () => {
    const input = [
      { type: 'text', text: 'x' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    ]
    const body: unknown = await (await post('/moderations', JSON.stringify({ input }))).json()
    expect(breaches('CreateModerationResponse', body)).toEqual([])
    expect(body).toMatchObject({
      results: [{ category_applied_input_types: { violence: ['text', 'image'], hate: ['text'] } }],
    })
  })
})

/** The pixels of a PNG file, unpacked; throws where it is none. */
const pixelsOf = (base64: string): Buffer => {
  const file = Buffer.from(base64, 'base64')
  expect(file.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n')
  const at = file.indexOf('IDAT')
  return inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)))
}

describe('images', () => {
  it('are real pictures, one for each that is asked for, with usage', async () => {
    const { data = [], usage } = await openai.images.generate({ model: 'gpt-image-1', prompt: 'a cat', n: 2 })
    const [one, other] = data.map(({ b64_json: picture }) => pixelsOf(picture ?? ''))
    expect(one).toHaveLength(16 * 49)
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(false)
    expect(usage).toMatchObject({ input_tokens: 2, output_tokens: 544, total_tokens: 546 })
  })

  it('come as an address from an older model', async () => {
    const { data } = await openai.images.generate({ model: 'dall-e-3', prompt: 'a cat' })
    expect(data?.[0]?.url).toMatch(/^data:image\/png;base64,/)
  })

  it('stream, with half-done ones before', async () => {
    const types: string[] = []
    const stream = await openai.images.generate({
      model: 'gpt-image-1',
      prompt: 'a cat',
      stream: true,
      partial_images: 2,
    })
    for await (const { type, b64_json: picture } of stream) {
      types.push(type)
      pixelsOf(picture)
    }
    expect(types).toEqual([
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
    ])
  })

  it('are changed by what came with them', async () => {
    const edit = async (bytes: string) =>
      await openai.images.edit({
        model: 'gpt-image-1',
        prompt: 'bluer',
        image: await toFile(Buffer.from(bytes), 'a.png'),
      })
    const [one, again, other] = [await edit('one'), await edit('one'), await edit('other')]
    expect(again.data).toEqual(one.data)
    expect(other.data).not.toEqual(one.data)
    expect(one.usage?.input_tokens_details.image_tokens).toBe(323)
    const without = new FormData()
    without.set('prompt', 'bluer')
    expect((await post('/images/edits', without)).status).toBe(400)
  })
})

describe('speech', () => {
  it('is a WAV file with as much sound as its head says', async () => {
    const asked = { model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'one two three', response_format: 'wav' as const }
    const answer = await openai.audio.speech.create(asked)
    const sound = Buffer.from(await answer.arrayBuffer())
    expect(answer.headers.get('content-type')).toBe('audio/wav')
    expect([sound.toString('latin1', 0, 4), sound.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WAVE'])
    expect(sound.readUInt32LE(40)).toBe(sound.length - 44)
    expect(sound.length - 44).toBe(3 * 2 * 1200)
  })

  it('is MPEG frames unless told otherwise, and the same each time', async () => {
    const say = async () =>
      Buffer.from(
        await (await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'a b c' })).arrayBuffer(),
      )
    const sound = await say()
    expect([sound.length % 417, sound.readUInt16BE(0), sound.readUInt16BE(417)]).toEqual([0, 0xfffb, 0xfffb])
    expect((await say()).equals(sound)).toBe(true)
  })

  it('comes in events with usage where that is asked for, and can be cut', async () => {
    const body = JSON.stringify({
      model: 'gpt-4o-mini-tts',
      voice: 'alloy',
      input: 'word '.repeat(40),
      stream_format: 'sse',
    })
    const events = (await (await post('/audio/speech', body)).text()).trim().split('\n\n')
    expect(events.length).toBeGreaterThan(2)
    expect(JSON.parse(events.at(-1)?.slice(6) ?? '')).toMatchObject({
      type: 'speech.audio.done',
      usage: { input_tokens: 50 },
    })
    world.switches.change({}, { cut: { how: 'close', afterChunks: 1 } })
    expect((await (await post('/audio/speech', body)).text()).trim().split('\n\n')).toHaveLength(1)
    expect(world.seen().at(-1)).toMatchObject({ operation: 'audio.speech', complete: false })
  })
})

describe('transcriptions', () => {
  const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, place) => (place * 31) % 251))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const sentence = `I heard 500000 bytes of talk.wav with the SHA-256 ${sha256}.`
  const file = () => toFile(bytes, 'talk.wav', { type: 'audio/wav' })

  it('name every byte that came', async () => {
    const heard = await openai.audio.transcriptions.create({ model: 'gpt-4o-mini-transcribe', file: await file() })
    expect(heard).toMatchObject({ text: sentence, usage: { type: 'tokens', input_tokens: 160 } })
    expect(world.seen()[0]?.received).toBeGreaterThan(500_000)
    expect(witnessed?.form?.files).toEqual([
      { field: 'file', name: 'talk.wav', contentType: 'audio/wav', bytes: 500_000, sha256 },
    ])
  })

  it('come in each form', async () => {
    const model = 'whisper-1'
    const of = async (format: 'text' | 'srt' | 'vtt') =>
      openai.audio.transcriptions.create({ model, file: await file(), response_format: format })
    expect(await of('text')).toBe(`${sentence}\n`)
    expect(await of('srt')).toBe(`1\n00:00:00,000 --> 00:00:16,000\n${sentence}\n\n`)
    expect(await of('vtt')).toBe(`WEBVTT\n\n00:00:00.000 --> 00:00:16.000\n${sentence}\n\n`)
    const verbose = await openai.audio.transcriptions.create({
      model,
      file: await file(),
      response_format: 'verbose_json',
    })
    expect(verbose).toMatchObject({ text: sentence, duration: 16, segments: [{ end: 16 }], usage: { seconds: 16 } })
  })

  it('stream', async () => {
    const stream = await openai.audio.transcriptions.create({
      model: 'gpt-4o-mini-transcribe',
      file: await file(),
      stream: true,
    })
    let text = ''
    let end: unknown
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') text += event.delta
      end = event
    }
    expect([text, end]).toMatchObject([
      sentence,
      { type: 'transcript.text.done', text: sentence, usage: { type: 'tokens' } },
    ])
  })

  it('are translations too', async () => {
    const heard = await openai.audio.translations.create({ model: 'whisper-1', file: await file() })
    expect(heard).toEqual({ text: sentence })
  })

  it('refuse what is no form, a form without a file, and a file too large, and live on', async () => {
    expect((await post('/audio/transcriptions', '{}')).status).toBe(400)
    const broken = await fetch(`${world.base('openai')}/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhis',
    })
    expect(broken.status).toBe(400)
    const form = new FormData()
    form.set('model', 'whisper-1')
    expect(await (await post('/audio/transcriptions', form)).json()).toMatchObject({ error: { param: 'file' } })
    form.set('file', new Blob([new Uint8Array(1_000_001)]), 'long.wav')
    expect((await post('/audio/transcriptions', form)).status).toBe(413)
    expect((await openai.audio.translations.create({ model: 'whisper-1', file: await file() })).text).toBe(sentence)
  })
})

describe('files and batches', () => {
  it('are kept, listed, found by their ids and thrown away', async () => {
    const file = await openai.files.create({ file: await toFile(Buffer.from('{}\n'), 'a.jsonl'), purpose: 'batch' })
    expect(file).toMatchObject({ object: 'file', filename: 'a.jsonl', bytes: 3, purpose: 'batch' })
    const batch = await openai.batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    expect((await openai.batches.retrieve(batch.id)).status).toBe('validating')
    expect((await openai.batches.list()).data.map(({ id }) => id)).toEqual([batch.id])
    expect((await openai.files.list()).data.map(({ id }) => id)).toEqual([file.id])
    expect(await openai.files.delete(file.id)).toMatchObject({ deleted: true })
    await expect(openai.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 })
    expect(world.seen().map(({ operation }) => operation)).toContain('files.create')
  })
})

describe('all of them', () => {
  it.each<[string, object]>([
    ['/embeddings', { model: 'text-embedding-3-small', input: 'x' }],
    ['/moderations', { input: 'x' }],
    ['/images/generations', { model: 'gpt-image-1', prompt: 'x' }],
    ['/audio/speech', { model: 'tts-1', voice: 'alloy', input: 'x' }],
  ])('at %s fail as the switches say, and want the right key', async (path, body) => {
    const ask = (): Promise<Response> => post(path, JSON.stringify(body))
    world.switches.change({ provider: 'openai' }, { fail: { kind: '429', retryAfter: 7 } })
    const limited = await ask()
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
    world.switches.change({ provider: 'openai' }, { fail: { kind: '503' } })
    expect((await ask()).status).toBe(503)
    world.switches.clear()
    expect((await ask()).status).toBe(200)
    world.switches.change({ provider: 'openai' }, { outage: true })
    await expect(ask()).rejects.toThrow('fetch failed')
    world.switches.clear()
    const stranger = await fetch(world.base('openai') + path, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-wrong' },
      body: JSON.stringify(body),
    })
    expect([stranger.status, await stranger.json()]).toMatchObject([401, { error: { code: 'invalid_api_key' } }])
  })
})
