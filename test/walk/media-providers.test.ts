/** Images and sound at providers that have them in forms of their own: what each is sent, and what becomes of its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type OpenAI from 'openai'
import { toFile } from 'openai'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkSignature } from '../aws-signature.ts'
import { bodyOf, sha256, upstream } from './media.ts'
import { openHouse, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

interface Came {
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}
let came: Came[] = []
let answer: (came: Came, response: ServerResponse) => void = () => undefined
let server: Awaited<ReturnType<typeof upstream>>
let house: OpenHouse | undefined

beforeEach(async () => {
  came = []
  server = await upstream((request, response) => {
    void bodyOf(request).then(body => {
      const one = { target: request.url ?? '', headers: request.headers, body }
      came.push(one)
      answer(one, response)
    })
  })
})
afterEach(async () => {
  await house?.close()
  house = undefined
  vi.unstubAllEnvs()
  await server.close()
})

const open = async (provider: string, model: string, price = '{ image: 0.04 }'): Promise<OpenAI> => {
  house = await openHouse({
    config: () =>
      [
        `providers: { them: ${provider.replace('URL', server.url)} }`,
        `deployments: { it: { provider: them, model: '${model}', price: ${price} } }`,
        'pools: { all: { candidates: [it] } }',
      ].join('\n'),
  })
  return house.openai
}
const json = (value: unknown) => (_: Came, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
const sent = () => {
  const [one] = came
  if (one === undefined) throw new Error('nobody was asked')
  return { ...one, text: one.body.toString('latin1') }
}
const sentJson = (): unknown => JSON.parse(sent().body.toString())
const losses = (response: Response): readonly string[] => response.headers.get('x-signalbox-losses')?.split(', ') ?? []

const picture = Buffer.from('0123456789'.repeat(30_000))
const png = () => toFile(picture, 'a.png', { type: 'image/png' })
const base64 = picture.toString('base64')
const pixel = 'iVBORw0KGgo='

const google = '{ type: gemini, url: URL, key: "${WORLD_KEY}" }'
const vertex = '{ type: vertex, url: URL, key: "${WORLD_KEY}" }'
const xai = '{ type: xai, url: URL, key: "${WORLD_KEY}" }'
const mistral = '{ type: mistral, url: URL, key: "${WORLD_KEY}" }'
const groq = '{ type: groq, url: URL, key: "${WORLD_KEY}" }'
const together = '{ type: together, url: URL, key: "${WORLD_KEY}" }'
const bedrock = '{ type: bedrock, url: URL, region: us-east-1 }'

describe('Gemini', () => {
  const usageMetadata = {
    promptTokenCount: 100,
    promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 64 }],
    candidatesTokenCount: 1290,
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }],
    totalTokenCount: 1390,
  }
  const says = (...parts: readonly object[]) => ({
    candidates: [{ content: { parts } }],
    usageMetadata,
    modelVersion: 'v',
  })

  it('draws, and is told sizes as ratios', async () => {
    answer = json(says({ text: 'Here:' }, { inlineData: { mimeType: 'image/png', data: pixel } }))
    const client = await open(google, 'gemini-2.5-flash-image', '{ input: 0.3, output: 2.5, outputImage: 30 }')
    const { data, response } = await client.images
      .generate({ model: 'all', prompt: 'a cat', size: '1536x1024', n: 2, quality: 'high' })
      .withResponse()
    expect(sent().target).toBe('/v1beta/models/gemini-2.5-flash-image:generateContent')
    expect(sentJson()).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a cat' }] }],
      generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '3:2' } },
    })
    expect(data).toMatchObject({ data: [{ b64_json: pixel }], output_format: 'png', usage: { total_tokens: 1390 } })
    expect(losses(response)).toEqual(['quality', 'n'])
    expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBeCloseTo((100 * 0.3 + 1290 * 30) / 1e6, 6)
  })

  it('changes pictures, which are read and encoded while they are sent', async () => {
    answer = json(says({ inlineData: { mimeType: 'image/png', data: pixel } }))
    const client = await open(google, 'gemini-2.5-flash-image')
    await client.images.edit({ model: 'all', prompt: 'bluer', image: [await png(), await png()] })
    const inlineData = { mimeType: 'image/png', data: base64 }
    expect(sentJson()).toMatchObject({ contents: [{ parts: [{ inlineData }, { inlineData }, { text: 'bluer' }] }] })
    expect(sent().headers['content-length']).toBe(String(sent().body.length))
    const masked = client.images.edit({ model: 'all', prompt: 'x', image: await png(), mask: await png() })
    await expect(masked).rejects.toMatchObject({ status: 400, code: 'unsupported' })
  })

  it('says why it does not draw', async () => {
    answer = json({ candidates: [{ finishReason: 'IMAGE_SAFETY', content: {} }], usageMetadata })
    const client = await open(google, 'gemini-2.5-flash-image')
    const asked = client.images.generate({ model: 'all', prompt: 'x' })
    await expect(asked).rejects.toMatchObject({
      code: 'content-refused',
      message: expect.stringContaining('IMAGE_SAFETY'),
    })
  })

  it('speaks: samples become a file, and a voice that it does not have is named as lost', async () => {
    const samples = Buffer.from(Array.from({ length: 4_800 }, (_, place) => place % 256))
    answer = json(
      says({ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: samples.toString('base64') } }),
    )
    const client = await open(google, 'gemini-2.5-flash-preview-tts', '{ input: 0.5, output: 10 }')
    const asked = { model: 'all', input: 'Hello', instructions: 'Say cheerfully' }
    const wav = await client.audio.speech.create({ ...asked, voice: 'alloy', speed: 2 })
    const bytes = Buffer.from(await wav.arrayBuffer())
    expect(wav.headers.get('content-type')).toBe('audio/wav')
    expect([bytes.readUInt32LE(24), bytes.readUInt32LE(40), bytes.subarray(44).equals(samples)]).toEqual([
      24_000,
      4_800,
      true,
    ])
    expect(losses(wav)).toEqual(['voice', 'speed', 'response_format'])
    expect(Number(wav.headers.get('x-signalbox-cost-usd'))).toBeCloseTo((100 * 0.5 + 1290 * 10) / 1e6, 6)
    expect(sentJson()).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Say cheerfully: Hello' }] }],
      generationConfig: {
        responseModalities: ['AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
      },
    })
    const pcm = await client.audio.speech.create({ ...asked, voice: 'puck', response_format: 'pcm' })
    expect(Buffer.from(await pcm.arrayBuffer()).equals(samples)).toBe(true)
    expect(losses(pcm)).toEqual([])
    const events = await client.audio.speech.create({
      ...asked,
      voice: 'Puck',
      response_format: 'pcm',
      stream_format: 'sse',
    })
    const [delta, done] = (await events.text())
      .trim()
      .split('\n\n')
      .map(line => JSON.parse(line.slice(6)) as unknown)
    expect(delta).toEqual({ type: 'speech.audio.delta', audio: samples.toString('base64') })
    expect(done).toMatchObject({ type: 'speech.audio.done', usage: { total_tokens: 1390 } })
  })

  it('writes down what it hears, without times', async () => {
    answer = json(says({ text: 'thinking', thought: true }, { text: ' Hello there. ' }))
    const client = await open(google, 'gemini-2.5-flash', '{ input: 0.3, inputAudio: 1, output: 2.5 }')
    const file = await toFile(picture, 'talk.mp3', { type: 'audio/mpeg' })
    const { data, response } = await client.audio.transcriptions
      .create({ model: 'all', file, language: 'en' })
      .withResponse()
    expect(data).toMatchObject({
      text: 'Hello there.',
      usage: { type: 'tokens', input_token_details: { audio_tokens: 64 } },
    })
    expect(sentJson()).toMatchObject({
      contents: [
        {
          parts: [
            { text: expect.stringContaining('in the language "en"') },
            { inlineData: { mimeType: 'audio/mpeg', data: base64 } },
          ],
        },
      ],
    })
    expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBeCloseTo((36 * 0.3 + 64 + 1290 * 2.5) / 1e6, 6)
    const verbose = await client.audio.transcriptions
      .create({ model: 'all', file, response_format: 'verbose_json', timestamp_granularities: ['word'] })
      .withResponse()
    expect(verbose.data).toMatchObject({ text: 'Hello there.', duration: 2, task: 'transcribe' })
    expect(losses(verbose.response)).toEqual(['timestamp_granularities.word'])
    const events = await client.audio.transcriptions.create({ model: 'all', file, stream: true })
    const types: string[] = []
    for await (const { type } of events) types.push(type)
    expect(types).toEqual(['transcript.text.delta', 'transcript.text.done'])
    const captions = client.audio.transcriptions.create({ model: 'all', file, response_format: 'vtt' })
    await expect(captions).rejects.toMatchObject({ status: 400, code: 'unsupported' })
    await client.audio.translations.create({ model: 'all', file })
    expect(came.at(-1)?.body.toString()).toContain('into English')
  })
})

describe('Imagen', () => {
  it('in Vertex starts from pictures, too', async () => {
    answer = json({ predictions: [{ mimeType: 'image/jpeg', bytesBase64Encoded: pixel, prompt: 'a much better cat' }] })
    const client = await open(vertex, 'imagen-3.0-capability-001')
    const edited = await client.images.edit({
      model: 'all',
      prompt: 'bluer',
      image: await png(),
      output_format: 'jpeg',
    })
    expect(edited).toMatchObject({
      output_format: 'jpeg',
      data: [{ b64_json: pixel, revised_prompt: 'a much better cat' }],
    })
    expect(sent().target).toBe('/v1/publishers/google/models/imagen-3.0-capability-001:predict')
    expect(sentJson()).toMatchObject({
      instances: [{ prompt: 'bluer', referenceImages: [{ referenceImage: { bytesBase64Encoded: base64 } }] }],
      parameters: { sampleCount: 1, editMode: 'EDIT_MODE_DEFAULT', outputOptions: { mimeType: 'image/jpeg' } },
    })
  })

  it.each([{}, { predictions: [{ raiFilteredReason: 'unsafe words' }] }])(
    'that filters everything (%j) has refused',
    async body => {
      answer = json(body)
      const client = await open(google, 'imagen-4.0-generate-001')
      await expect(client.images.generate({ model: 'all', prompt: 'x' })).rejects.toMatchObject({
        code: 'content-refused',
      })
    },
  )
})

describe('Bedrock', () => {
  const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
  })

  it('is sent pictures with a signature over all of them', async () => {
    answer = json({ images: [pixel] })
    const client = await open(bedrock, 'amazon.nova-canvas-v1:0')
    const edited = await client.images.edit({
      model: 'all',
      prompt: 'bluer',
      image: await png(),
      size: '1024x1024',
      quality: 'high',
    })
    expect(edited.data).toEqual([{ b64_json: pixel }])
    expect(sent().target).toBe('/model/amazon.nova-canvas-v1%3A0/invoke')
    expect(sentJson()).toEqual({
      taskType: 'IMAGE_VARIATION',
      imageVariationParams: { text: 'bluer', images: [base64] },
      imageGenerationConfig: { numberOfImages: 1, width: 1024, height: 1024, quality: 'premium' },
    })
    const signed = checkSignature({ ...sent(), method: 'POST' }, () => secretAccessKey)
    expect(signed).toMatchObject({ accessKeyId: 'AKIDEXAMPLE' })
    expect(sent().headers['x-amz-content-sha256']).toBe(sha256(sent().body))
  })

  it('draws with models of Stability, which say what they filter', async () => {
    answer = json({ seeds: [1], finish_reasons: [null], images: [pixel] })
    const client = await open(bedrock, 'stability.sd3-5-large-v1:0')
    const asked = { model: 'all', prompt: 'x', size: '1792x1024' } as const
    const { data, response } = await client.images.generate(asked).withResponse()
    expect([data.data, losses(response)]).toEqual([[{ b64_json: pixel }], ['size']])
    expect(sentJson()).toEqual({ prompt: 'x', aspect_ratio: '16:9', output_format: 'png' })
    answer = json({ finish_reasons: ['Filter reason: prompt'] })
    await expect(client.images.generate(asked)).rejects.toMatchObject({ code: 'content-refused' })
  })
})

describe('look-alikes', () => {
  it('of Mistral’s kind have one form of answer, of which the others are made', async () => {
    const segments = [
      { start: 0.5, end: 1.25, text: ' Hello' },
      { start: 3661.5, end: 3662, text: 'there.' },
    ]
    const usage = { prompt_audio_seconds: 120, prompt_tokens: 4, completion_tokens: 7, total_tokens: 500 }
    answer = json({ model: 'voxtral', text: 'Hello there.', language: 'en', segments, usage })
    const client = await open(mistral, 'voxtral-mini-2602', '{ minute: 0.003 }')
    const file = await toFile(picture, 'talk.wav')
    const { data, response } = await client.audio.transcriptions
      .create({ model: 'all', file, response_format: 'srt', language: 'en', prompt: 'names' })
      .withResponse()
    expect(String(data)).toBe('1\n00:00:00,500 --> 00:00:01,250\nHello\n\n2\n01:01:01,500 --> 01:01:02,000\nthere.\n\n')
    expect(losses(response)).toEqual(['prompt', 'language'])
    expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBe(0.006)
    expect(sent().text).toMatch(/name="timestamp_granularities"\r\n\r\nsegment\r\n/)
    expect(sent().text).not.toMatch(/name="(?:response_format|language|prompt)"/)
    const short = await client.audio.transcriptions.create({ model: 'all', file })
    expect(short).toEqual({ text: 'Hello there.', usage: expect.objectContaining({ total_tokens: 11 }) })
  })

  it('of Groq’s kind are asked for times where captions are wanted', async () => {
    answer = json({ text: 'Hello', language: 'english', duration: 2, segments: [{ start: 0, end: 2, text: 'Hello' }] })
    const client = await open(groq, 'whisper-large-v3', '{ hour: 0.36 }')
    const file = await toFile(picture, 'talk.wav')
    const { data, response } = await client.audio.transcriptions
      .create({ model: 'all', file, response_format: 'vtt' })
      .withResponse()
    expect(String(data)).toBe('WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nHello\n\n')
    expect(sent().text).toMatch(/name="response_format"\r\n\r\nverbose_json\r\n/)
    expect(Number(response.headers.get('x-signalbox-cost-usd'))).toBe(0.0002)
  })

  it('of xAI’s kind take pictures within JSON', async () => {
    answer = json({ data: [{ url: 'https://x.ai/a.png' }] })
    const client = await open(xai, 'grok-imagine-image')
    const edited = await client.images
      .edit({ model: 'all', prompt: 'bluer', image: await png(), size: '1024x1024' })
      .withResponse()
    expect(edited.data.data).toEqual([{ url: 'https://x.ai/a.png' }])
    expect(losses(edited.response)).toEqual(['size'])
    const image = { type: 'image_url', url: `data:image/png;base64,${base64}` }
    expect(sentJson()).toEqual({ model: 'grok-imagine-image', prompt: 'bluer', image })
  })

  it('that take two sides and another word for bytes get them', async () => {
    answer = json({ data: [{ b64_json: pixel }] })
    const client = await open(together, 'black-forest-labs/FLUX.1-schnell')
    await client.images.generate({ model: 'all', prompt: 'x', size: '512x256', response_format: 'b64_json' })
    expect(sentJson()).toEqual({
      model: 'black-forest-labs/FLUX.1-schnell',
      prompt: 'x',
      width: 512,
      height: 256,
      response_format: 'base64',
    })
  })
})

describe('sound', () => {
  it('is passed on before the rest of it is made, and the upstream is stopped when the client leaves', async () => {
    let isClosed = false
    let finish = (): void => undefined
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).write('first')
      response.on('close', () => (isClosed = true))
      finish = () => void response.end('last')
    }
    const client = await open('{ type: openai, url: URL, key: "${WORLD_KEY}" }', 'tts-1', '{ character: 15 }')
    const speak = () => client.audio.speech.create({ model: 'all', voice: 'alloy', input: 'x' })
    const reader = (await speak()).body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
    finish()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('last')
    isClosed = false
    const left = (await speak()).body?.getReader()
    await left?.read()
    await left?.cancel()
    await until('the upstream saw the connection close', () => isClosed)
    await until('both were settled', () => house?.settled.length === 2)
    expect(house?.settled[1]).toMatchObject({ failure: { kind: 'cancelled' }, cost: { source: 'estimate' } })
  })

  it('that breaks off is not given as whole', async () => {
    answer = (_, response) => {
      response
        .writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': '100' })
        .write('first', () => response.destroy())
    }
    const client = await open('{ type: openai, url: URL, key: "${WORLD_KEY}" }', 'tts-1', '{ character: 15 }')
    const broken = await client.audio.speech.create({ model: 'all', voice: 'alloy', input: 'x' })
    await expect(broken.arrayBuffer()).rejects.toThrow()
    expect(house?.settled[0]?.failure?.kind).toBe('stream-broken')
  })

  it('that is no sound but a page or nothing is an error', async () => {
    const client = await open('{ type: openai, url: URL, key: "${WORLD_KEY}" }', 'tts-1', '{ character: 15 }')
    const speak = () => client.audio.speech.create({ model: 'all', voice: 'alloy', input: 'x' })
    for (const [type, body] of [
      ['text/html', '<html>'],
      ['audio/mpeg', ''],
      ['application/json', '{"error":{"message":"no voice"}}'],
    ] as const) {
      answer = (_, response) => void response.writeHead(200, { 'content-type': type }).end(body)
      await expect(speak()).rejects.toMatchObject({
        status: expect.any(Number),
        code: expect.stringMatching(/^upstream/),
      })
    }
  })
})
