/** Images and sound through the whole house, asked for by OpenAI's official client. */
import { toFile } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { VirtualKeyId } from '../../src/domain/ids.ts'
import { openHouse, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'
import { mediaHouse, sha256 } from './media.ts'

let house: OpenHouse
beforeAll(async () => {
  house = await openHouse({ config: mediaHouse })
})
afterAll(async () => house.close())
beforeEach(() => {
  house.world.switches.clear()
  house.world.clear()
})

const last = () => {
  const story = house.settled.at(-1)
  if (story === undefined) throw new Error('nothing has been settled')
  return story
}
const costIn = (response: Response): number => Number(response.headers.get('x-signalbox-cost-usd'))
const failFirst = (model: string): void => {
  house.world.switches.change({ model }, { fail: { kind: '503' } })
}
const picture = Buffer.from('a picture, or nearly')
const sound = Buffer.from(Array.from({ length: 3_000_000 }, (_, place) => (place * 31 + (place >> 8)) % 251))
const png = () => toFile(picture, 'a.png', { type: 'image/png' })
const wav = () => toFile(sound, 'talk.wav', { type: 'audio/wav' })
const heardOf = (bytes: Buffer): string =>
  `I heard ${bytes.length} bytes of talk.wav with the SHA-256 ${sha256(bytes)}.`

describe('images', () => {
  it('are drawn, recorded and priced by their tokens', async () => {
    const { data: answer, response } = await house.openai.images
      .generate({ model: 'draws', prompt: 'a cat', n: 2, quality: 'low' })
      .withResponse()
    expect(answer.data).toHaveLength(2)
    expect(answer.data?.[0]?.b64_json).toMatch(/^iVBOR/)
    expect(answer.quality).toBe('low')
    expect(response.headers.get('x-signalbox-model')).toBe('gpt-image-1')
    expect(last()).toMatchObject({ operation: 'images', pool: 'draws', cost: { source: 'usage' } })
    // 2 tokens of text, 544 of pictures.
    expect(costIn(response)).toBeCloseTo((2 * 5 + 544 * 40) / 1e6, 6)
    expect(last().attempts[0]).toMatchObject({ lane: 'express', usage: { units: { images: 2 }, outputImage: 544 } })
  })

  it('are drawn by the next where the first fails, in that one’s words, and priced by the piece', async () => {
    failFirst('gpt-image-1')
    const { data: answer, response } = await house.openai.images
      .generate({ model: 'draws', prompt: 'a cat', quality: 'high', background: 'opaque' })
      .withResponse()
    expect(answer.data?.[0]?.url).toMatch(/^data:image/)
    expect(response.headers.get('x-signalbox-fallback')).toBe('upstream_5xx')
    expect(response.headers.get('x-signalbox-losses')).toBe('background, quality')
    expect(costIn(response)).toBe(0.04)
    const decision = last().decision
    expect(decision?.decision.ranked.map(({ candidate }) => candidate.id)).toEqual(['gpt-image', 'dall-e'])
    expect(decision?.facts.request).toMatchObject({ operation: 'images', units: { images: 1 }, needs: ['images'] })
    const { gateway, flush } = house.running.house
    await flush()
    expect(decision && (await gateway.decision(decision.facts.id))?.facts.request.operation).toBe('images')
  })

  it('stream, half done ones first, and the last tells what they used', async () => {
    const stream = await house.openai.images.generate({
      model: 'draws',
      prompt: 'a cat',
      stream: true,
      partial_images: 2,
    })
    const types: string[] = []
    let usage: unknown
    for await (const event of stream) {
      types.push(event.type)
      if (event.type === 'image_generation.completed') usage = event.usage
    }
    expect(types.at(-1)).toBe('image_generation.completed')
    expect(usage).toMatchObject({ cost_usd: 0.01089, output_tokens: 272 })
    expect(types).toHaveLength(3)
    await until('the request was settled', () => last().streamed)
    expect(last()).toMatchObject({ operation: 'images', cost: { source: 'usage', amount: 10_890 } })
  })

  it('stream from one that draws without showing what is half done', async () => {
    const stream = await house.openai.images.generate({ model: 'imagen-4.0-generate-001', prompt: 'x', stream: true })
    const events = []
    for await (const event of stream) events.push(event)
    expect(events).toMatchObject([{ type: 'image_generation.completed', output_format: 'png' }])
  })

  it('are changed by pictures that come in a form', async () => {
    const edit = async (image: Awaited<ReturnType<typeof png>>) =>
      await house.openai.images.edit({
        model: 'draws',
        prompt: 'bluer',
        image: [image, await png()],
        input_fidelity: 'high',
      })
    const one = await edit(await png())
    const other = await edit(await toFile(Buffer.from('another'), 'b.png', { type: 'image/png' }))
    expect(one.usage?.input_tokens_details.image_tokens).toBe(646)
    expect(one.data).not.toEqual(other.data)
    expect(last()).toMatchObject({ operation: 'image-edits', cost: { source: 'usage' } })
    expect(last().cost.amount).toBe(2 * 5 + 646 * 10 + 272 * 40)
    expect(house.world.seen().at(-1)).toMatchObject({ operation: 'images.edits', complete: true })
  })

  it.each([
    ['imagen-4.0-generate-001', 0.06, 'size'],
    ['amazon.titan-image-generator-v2:0', 0.02, 'background'],
  ])('of %s come in the same form', async (model, cost, loss) => {
    const { data: answer, response } = await house.openai.images
      .generate({ model, prompt: 'a cat', n: 2, size: '1792x1024', background: 'opaque', response_format: 'url' })
      .withResponse()
    expect(answer.data?.map(({ b64_json: base64 }) => base64?.slice(0, 5))).toEqual(['iVBOR', 'iVBOR'])
    expect(Number.isInteger(answer.created)).toBe(true)
    expect(costIn(response)).toBe(cost)
    expect(response.headers.get('x-signalbox-losses')?.split(', ')).toEqual(
      expect.arrayContaining(['response_format', loss]),
    )
  })

  it.each([
    [{ model: 'draws' }, 'prompt'],
    [{ prompt: 'x' }, 'model'],
    [{ model: 'draws', prompt: 'x', n: 0 }, 'n'],
    [{ model: 'draws', prompt: 'x', response_format: 'gif' }, 'response_format'],
    [{ model: 'draws', prompt: 'x', stream: 'yes' }, 'stream'],
  ])('asked for as %j are refused, with the place', async (body, param) => {
    const asked = house.openai.post('/images/generations', { body })
    await expect(asked).rejects.toMatchObject({ status: 400, param, code: 'invalid-request' })
  })
})

describe('speech', () => {
  it('comes as the bytes that were made, with their type', async () => {
    const answer = await house.openai.audio.speech.create({
      model: 'tts',
      voice: 'alloy',
      input: 'one two three',
      response_format: 'wav',
    })
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(answer.headers.get('content-type')).toBe('audio/wav')
    expect([bytes.toString('latin1', 0, 4), bytes.length - 44]).toEqual(['RIFF', 3 * 2 * 1200])
    await until('the request was settled', () => last().operation === 'speech')
    expect(last().cost).toEqual({ source: 'estimate', amount: 13 * 15 })
  })

  it('comes from the next where the first fails', async () => {
    failFirst('gpt-4o-mini-tts')
    const answer = await house.openai.audio.speech.create({ model: 'speaks', voice: 'alloy', input: 'a b c' })
    expect((await answer.arrayBuffer()).byteLength % 417).toBe(0)
    expect(answer.headers.get('x-signalbox-fallback')).toBe('upstream_5xx')
    expect(answer.headers.get('x-signalbox-model')).toBe('tts-1')
  })

  it('comes in events, which tell what it used', async () => {
    const before = house.settled.length
    const answer = await house.openai.audio.speech.create({
      model: 'speaks',
      voice: 'alloy',
      input: 'word '.repeat(40),
      stream_format: 'sse',
    })
    const events = (await answer.text()).trim().split('\n\n')
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(events.length).toBeGreaterThan(2)
    await until('the request was settled', () => house.settled.length > before)
    expect(last()).toMatchObject({ streamed: true, cost: { source: 'usage' }, attempts: [{ usage: { input: 50 } }] })
  })

  it.each([
    [{ model: 'speaks', input: 'x' }, 'voice'],
    [{ model: 'speaks', voice: 'alloy' }, 'input'],
    [{ model: 'speaks', voice: 'alloy', input: 'x', stream_format: 'mp3' }, 'stream_format'],
  ])('asked for as %j is refused, with the place', async (body, param) => {
    await expect(house.openai.post('/audio/speech', { body })).rejects.toMatchObject({ status: 400, param })
  })
})

describe('transcriptions', () => {
  it('hear every byte, and are priced by tokens', async () => {
    const { data, response } = await house.openai.audio.transcriptions
      .create({ model: 'hears', file: await wav() })
      .withResponse()
    expect(data.text).toBe(heardOf(sound))
    const usage = last().attempts[0]?.usage
    expect(usage?.input).toBe(940)
    expect(costIn(response)).toBeCloseTo((940 * 1.25 + (usage?.output ?? 0) * 5) / 1e6, 6)
    expect(last()).toMatchObject({ operation: 'transcriptions', dialect: 'openai' })
  })

  it('come from the next where the first fails after it has read, and that one gets every byte', async () => {
    failFirst('gpt-4o-mini-transcribe')
    const { data, response } = await house.openai.audio.transcriptions
      .create({ file: await wav(), model: 'hears', language: 'en' })
      .withResponse()
    expect(data.text).toBe(heardOf(sound))
    expect(response.headers.get('x-signalbox-fallback')).toBe('upstream_5xx')
    expect(response.headers.get('x-signalbox-attempts')).toBe('2')
  })

  it.each(['text', 'srt', 'vtt'] as const)('come as %s untouched', async format => {
    const file = await wav()
    const { data, response } = await house.openai.audio.transcriptions
      .create({ model: 'whisper', file, response_format: format })
      .withResponse()
    expect(String(data)).toContain(heardOf(sound))
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    // Captions tell how long it was; of bare text only the size of the file is known.
    expect(last().cost.source).toBe(format === 'text' ? 'estimate' : 'usage')
    if (format !== 'text') expect(costIn(response)).toBeCloseTo((94 * 0.006) / 60, 6)
  })

  it('come with times, which are asked for', async () => {
    const heard = await house.openai.audio.transcriptions.create({
      model: 'whisper',
      file: await wav(),
      response_format: 'verbose_json',
      timestamp_granularities: ['segment'],
    })
    expect(heard).toMatchObject({ duration: 94, segments: [{ end: 94 }] })
    expect(last().attempts[0]?.usage?.units).toEqual({ seconds: 94 })
  })

  it('are made of what a model gives that has one form alone', async () => {
    const file = await wav()
    const asked = { model: 'mini-hears', file, response_format: 'text' as const }
    expect(String(await house.openai.audio.transcriptions.create(asked))).toBe(`${heardOf(sound)}\n`)
    const captions = house.openai.audio.transcriptions.create({ ...asked, response_format: 'srt' })
    await expect(captions).rejects.toMatchObject({ status: 400, code: 'unsupported' })
    // In a pool one is asked that can.
    const { response } = await house.openai.audio.transcriptions
      .create({ ...asked, model: 'hears', response_format: 'srt' })
      .withResponse()
    expect(response.headers.get('x-signalbox-model')).toBe('whisper-1')
  })

  it('stream', async () => {
    const before = house.settled.length
    const stream = await house.openai.audio.transcriptions.create({ model: 'hears', file: await wav(), stream: true })
    let text = ''
    for await (const event of stream) if (event.type === 'transcript.text.delta') text += event.delta
    expect(text).toBe(heardOf(sound))
    await until('the request was settled', () => house.settled.length > before)
    expect(last()).toMatchObject({ streamed: true, cost: { source: 'usage' } })
  })

  it('are translations too', async () => {
    const heard = await house.openai.audio.translations.create({ model: 'whisper', file: await wav() })
    expect(heard.text).toBe(heardOf(sound))
    expect(last().operation).toBe('translations')
  })

  it.each<[string, Readonly<Record<string, string>>, boolean, string]>([
    ['a file', { model: 'hears' }, false, 'file'],
    ['a model', {}, true, 'model'],
    ['a format that there is', { model: 'hears', response_format: 'docx' }, true, 'response_format'],
    ['a temperature that is a number', { model: 'hears', temperature: 'hot' }, true, 'temperature'],
  ])('without %s are refused, with the place', async (_, fields, hasFile, param) => {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    if (hasFile) body.set('file', new Blob([sound.subarray(0, 10)]), 'a.wav')
    const asked = house.openai.post('/audio/transcriptions', { body })
    await expect(asked).rejects.toMatchObject({ status: 400, param })
  })
})

describe('a program that holds the gateway', () => {
  it('gets whole answers to what it asks with files of its own', async () => {
    const { gateway } = house.running.house
    const file = {
      name: 'talk.wav',
      mediaType: 'audio/wav',
      bytes: {
        length: sound.length,
        async *open() {
          yield sound
        },
      },
    }
    const common = { stream: false, streamUsage: false, extensions: {} }
    const caller = { key: 'program' as VirtualKeyId }
    const heard = await gateway.perform({
      body: { ...common, operation: 'transcriptions', target: 'hears', file, format: 'json' },
      caller,
    })
    expect(heard).toMatchObject({
      result: { type: 'transcript', heard: { text: heardOf(sound) } },
      usage: { input: 940 },
    })
    const drawn = await gateway.perform({
      body: {
        ...common,
        operation: 'images',
        target: 'dall-e',
        prompt: 'a cat',
        count: 1,
        images: [],
        format: 'base64',
      },
      caller,
    })
    expect(drawn.result).toMatchObject({ type: 'images', images: [{ base64: expect.stringMatching(/^iVBOR/) }] })
  })
})
