/** Google's official client talks with the world directly, and what only the wire shows. */
import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from '@google/genai'
import type { Content, GenerateContentParameters } from '@google/genai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { loadRecordings } from '../recordings.ts'
import type { Script } from '../reply.ts'
import { serveWorld } from '../serve-world.ts'

const key = 'AIza-the-worlds-own-key'
let script: Script | undefined
const world = await serveWorld({ pace: 'instant', key, script: cue => script?.(cue) })
afterAll(() => world.close())
beforeEach(() => {
  script = undefined
  world.switches.clear()
  world.clear()
})

const clientOf = (apiKey: string): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: world.base('gemini') } })
const client = clientOf(key)
const model = 'gemini-1.5-flash'
const recordings = await loadRecordings()
const known = recordings.prompts.find(({ task }) => task === 'math-word-problem')!

const wholeText = async (asked: GenerateContentParameters): Promise<string> => {
  let text = ''
  for await (const chunk of await client.models.generateContentStream(asked)) text += chunk.text ?? ''
  return text
}
const post = (
  path: string,
  body: unknown,
  headers: Record<string, string> = { 'x-goog-api-key': key },
): Promise<Response> =>
  fetch(`${world.base('gemini')}/v1beta/models/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const hi = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }
const failureOf = async (asked: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await asked.then(
    () => undefined,
    reason => reason,
  )
  if (error instanceof ApiError) return error
  throw new Error(`an ApiError was wanted, not ${String(error)}`)
}

const tools = [
  {
    functionDeclarations: [
      {
        name: 'calculate',
        parametersJsonSchema: {
          type: 'object',
          properties: { expression: { type: 'string' }, digits: { type: 'integer', minimum: 2 } },
          required: ['expression', 'digits'],
        },
      },
      { name: 'now' },
    ],
  },
]

describe("Google's client", () => {
  it('gets for a known prompt what the model really said, whole and streamed alike', async () => {
    const asked = { model, contents: known.prompt }
    const whole = await client.models.generateContent(asked)
    const recorded = recordings.answer(known, model)
    expect(whole.text).toBe(recorded)
    expect(whole.candidates?.[0]?.finishReason).toBe('STOP')
    expect(whole.modelVersion).toBe(model)
    expect(await wholeText(asked)).toBe(recorded)
    expect(world.seen()).toMatchObject([
      { provider: 'gemini', operation: 'chat', model, stream: false, prompt: known.id, complete: true },
      { provider: 'gemini', operation: 'chat', model, stream: true, prompt: known.id, complete: true },
    ])
  })

  it('is told its usage, on a stream with every piece and ever more', async () => {
    const whole = await client.models.generateContent({ model, contents: known.prompt })
    const totals: number[] = []
    for await (const { usageMetadata } of await client.models.generateContentStream({ model, contents: known.prompt }))
      totals.push(usageMetadata?.totalTokenCount ?? 0)
    expect(totals.length).toBeGreaterThan(2)
    expect(totals).toEqual(totals.toSorted((one, other) => one - other))
    const { promptTokenCount = 0, candidatesTokenCount = 0, totalTokenCount } = whole.usageMetadata ?? {}
    expect(totalTokenCount).toBe(promptTokenCount + candidatesTokenCount)
    expect(Math.abs((totals.at(-1) ?? 0) - (totalTokenCount ?? 0))).toBeLessThan(0.1 * (totalTokenCount ?? 0))
  })

  it('calls the tool that it must, and takes the result with the signature back', async () => {
    const thinking = 'gemini-3-pro-preview'
    const config = { tools, toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } }
    const asked = { model: thinking, contents: 'What is 6 times 7?', config }
    const called = await client.models.generateContent(asked)
    const [call] = called.functionCalls ?? []
    expect(call).toMatchObject({
      name: 'calculate',
      args: { expression: expect.any(String), digits: 2 },
      id: expect.any(String),
    })
    expect(called.candidates?.[0]?.content?.parts?.[0]?.thoughtSignature).toMatch(/^[A-Za-z0-9+/=]{20,}$/)
    const turn: Content[] = [
      { role: 'user', parts: [{ text: 'What is 6 times 7?' }] },
      called.candidates?.[0]?.content ?? {},
      { role: 'user', parts: [{ functionResponse: { name: 'calculate', response: { output: 42 } } }] },
    ]
    script = () => ({ text: 'It is 42.' })
    const after = await client.models.generateContent({ model: thinking, contents: turn, config: { tools } })
    expect(after.text).toBe('It is 42.')
  })

  it('gets scripted calls, several at once, the first of them signed, whole and streamed', async () => {
    script = () => ({
      text: 'Let me see.',
      calls: [
        { name: 'calculate', input: { a: 1 } },
        { name: 'now', input: {} },
      ],
    })
    const asked = { model: 'gemini-2.5-flash', contents: 'x', config: { tools } }
    const whole = await client.models.generateContent(asked)
    const parts = whole.candidates?.[0]?.content?.parts ?? []
    expect(parts.map(part => part.functionCall?.name ?? part.text)).toEqual(['Let me see.', 'calculate', 'now'])
    expect(parts.map(part => part.thoughtSignature !== undefined)).toEqual([false, true, false])
    const calls = []
    for await (const chunk of await client.models.generateContentStream(asked))
      calls.push(...(chunk.functionCalls ?? []))
    expect(calls).toEqual([
      { name: 'calculate', args: { a: 1 } },
      { name: 'now', args: {} },
    ])
  })

  it('is shown thoughts where it asks for them, and billed for them in any case', async () => {
    script = () => ({ thought: 'Six sevens are forty-two.', text: '42' })
    const asked = { model: 'gemini-2.5-flash', contents: 'x' }
    const shown = await client.models.generateContent({
      ...asked,
      config: { thinkingConfig: { includeThoughts: true } },
    })
    expect(shown.candidates?.[0]?.content?.parts?.[0]).toEqual({ text: 'Six sevens are forty-two.', thought: true })
    const hidden = await client.models.generateContent(asked)
    expect(hidden.candidates?.[0]?.content?.parts).toEqual([{ text: '42' }])
    expect(hidden.usageMetadata?.thoughtsTokenCount).toBe(7)
    expect(hidden.usageMetadata?.totalTokenCount).toBe((hidden.usageMetadata?.promptTokenCount ?? 0) + 1 + 7)
  })

  it('gets an answer of the wanted structure, in the schema of either kind', async () => {
    const properties = { answer: { type: 'STRING' }, grade: { type: 'STRING', enum: ['good', 'bad'] } }
    const responseSchema = { type: 'OBJECT', properties, required: ['answer', 'grade'] }
    for (const config of [
      { responseSchema },
      { responseJsonSchema: JSON.parse(JSON.stringify(responseSchema).toLowerCase()) },
    ]) {
      const asked = { model, contents: 'x', config: { responseMimeType: 'application/json', ...config } }
      const { text } = await client.models.generateContent(asked)
      expect(JSON.parse(text ?? '')).toEqual({ answer: expect.any(String), grade: 'good' })
    }
  })

  it('counts tokens, images too, and is billed for an image', async () => {
    const image = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
    const contents = [{ role: 'user', parts: [{ text: known.prompt }, image] }]
    const { totalTokens } = await client.models.countTokens({ model, contents })
    const { text, usageMetadata } = await client.models.generateContent({ model, contents })
    expect(text).toBe(recordings.answer(known, model))
    expect(usageMetadata?.promptTokenCount).toBe(totalTokens)
    expect(usageMetadata?.promptTokensDetails?.[1]).toEqual({ modality: 'IMAGE', tokenCount: 258 })
  })

  it('is cut at its limit and at its stop sequence, and gets as many candidates as it asks for', async () => {
    script = () => ({ text: 'one two three END four' })
    const of = (config: object) => client.models.generateContent({ model, contents: 'x', config })
    const limited = await of({ maxOutputTokens: 2 })
    expect([limited.text, limited.candidates?.[0]?.finishReason]).toEqual(['one two ', 'MAX_TOKENS'])
    expect((await of({ stopSequences: ['END'] })).text).toBe('one two three ')
    expect((await of({ candidateCount: 3 })).candidates?.map(({ index }) => index)).toEqual([0, 1, 2])
  })

  it('gets no content where the answer is refused', async () => {
    script = () => ({ refusal: 'No.' })
    const { candidates } = await client.models.generateContent({ model, contents: 'x' })
    expect(candidates?.[0]).toMatchObject({ finishReason: 'SAFETY', safetyRatings: [{ blocked: true }, {}] })
    expect(candidates?.[0]?.content).toBeUndefined()
  })

  it('lists the models of this provider alone', async () => {
    const listed: string[] = []
    for await (const one of await client.models.list()) listed.push(one.name ?? '')
    expect(listed).toEqual(world.models.filter(one => one.provider === 'gemini').map(({ id }) => `models/${id}`))
    expect((await client.models.get({ model })).inputTokenLimit).toBe(1_048_576)
  })

  it('is told of a model that is not there, a wrong key and an overload', async () => {
    expect(await failureOf(client.models.generateContent({ model: 'gemini-17', contents: 'x' }))).toMatchObject({
      status: 404,
    })
    const stranger = clientOf('AIza-wrong').models.generateContent({ model, contents: 'x' })
    expect((await failureOf(stranger)).message).toContain('API_KEY_INVALID')
    world.switches.change({ provider: 'gemini' }, { fail: { kind: '529' } })
    const busy = await failureOf(client.models.generateContent({ model, contents: 'x' }))
    expect([busy.status, JSON.parse(busy.message)]).toEqual([
      503,
      { error: { code: 503, message: 'The model is overloaded. Please try again later.', status: 'UNAVAILABLE' } },
    ])
  })

  it('is told of an error in the middle of a stream', async () => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    world.switches.change({}, { inbandError: { afterChunks: 2 } })
    const texts: string[] = []
    const asked = async (): Promise<void> => {
      for await (const { text } of await client.models.generateContentStream({ model, contents: 'x' }))
        texts.push(text ?? '')
    }
    expect((await failureOf(asked())).status).toBe(503)
    expect(texts).toHaveLength(2)
  })

  it('leaves in the middle of a stream, and that is noted', async () => {
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 2 } })
    script = () => ({ text: 'some words to say '.repeat(20) })
    const leaving = new AbortController()
    const config = { abortSignal: leaving.signal }
    const reading = async (): Promise<void> => {
      for await (const _ of await client.models.generateContentStream({ model, contents: 'x', config })) leaving.abort()
    }
    await expect(reading()).rejects.toThrow(/abort/i)
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ complete: false, closedAt: expect.any(Number) })
  })
})

describe("Gemini's wire", () => {
  it('gives a stream as a JSON array where no events are asked for, and its errors likewise', async () => {
    const answer = await post(`${model}:streamGenerateContent`, { contents: [{ parts: [{ text: known.prompt }] }] })
    expect(answer.headers.get('content-type')).toContain('application/json')
    const list = (await answer.json()) as { candidates: { content: { parts: { text: string }[] } }[] }[]
    const text = list.flatMap(({ candidates }) => candidates[0]?.content.parts.map(part => part.text)).join('')
    expect(text).toBe(recordings.answer(known, model))
    world.switches.change({}, { inbandError: { afterChunks: 1 } })
    const broken = await post(`${model}:streamGenerateContent`, hi)
    expect(await broken.json()).toMatchObject([{ candidates: [{}] }, { error: { status: 'UNAVAILABLE' } }])
    expect(await (await post('none:streamGenerateContent', hi)).json()).toMatchObject([{ error: { code: 404 } }])
  })

  it('ends its events with both characters of a line end', async () => {
    const text = await (await post(`${model}:streamGenerateContent?alt=sse`, hi)).text()
    expect(
      text
        .split('\r\n\r\n')
        .slice(0, -1)
        .every(event => event.startsWith('data: {"candidates":[{')),
    ).toBe(true)
    expect(text.endsWith('}\r\n\r\n')).toBe(true)
  })

  it('takes a key from its header, the query or as a bearer, and tells who has none', async () => {
    const statuses = [
      await post(`${model}:generateContent`, hi),
      await post(`${model}:generateContent?key=${key}`, hi, {}),
      await post(`${model}:generateContent`, hi, { authorization: `Bearer ${key}` }),
      await post(`${model}:generateContent`, hi, {}),
    ].map(({ status }) => status)
    expect(statuses).toEqual([200, 200, 200, 403])
  })

  it('tells when to come back in the body alone', async () => {
    world.switches.change({}, { fail: { kind: '429', retryAfter: 9 } })
    const limited = await post(`${model}:generateContent`, hi)
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, null])
    const { error } = (await limited.json()) as { error: { details: object[] } }
    expect(error).toMatchObject({ status: 'RESOURCE_EXHAUSTED' })
    expect(error.details).toContainEqual({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '9s' })
  })

  const call = (more: object = {}): object => ({
    role: 'model',
    parts: [{ functionCall: { name: 'now', args: {} }, ...more }],
  })
  const result = { role: 'user', parts: [{ functionResponse: { name: 'now', response: {} } }] }
  it.each<[string, object, RegExp, string?]>([
    ['no contents', { contents: [] }, /contents is not specified/],
    [
      'a role of another dialect',
      { contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] },
      /valid role: user, model/,
    ],
    ['no parts', { contents: [{ role: 'user', parts: [] }] }, /parts must not be empty/],
    ['a part that is nothing', { contents: [{ role: 'user', parts: [{}] }] }, /must have one initialized field/],
    ['a member that is none', { ...hi, max_tokens: 3 }, /Unknown name "max_tokens"/],
    [
      'a setting that is none',
      { ...hi, generationConfig: { maxTokens: 3 } },
      /Unknown name "maxTokens" at 'generation_config'/,
    ],
    ['a temperature too high', { ...hi, generationConfig: { temperature: 2.1 } }, /must be in the range \[0, 2\]/],
    ['a limit too high', { ...hi, generationConfig: { maxOutputTokens: 9999 } }, /supported range is from 1/],
    ['a schema without its type', { ...hi, generationConfig: { responseSchema: {} } }, /requires response_mime_type/],
    [
      'a name of a function with a blank',
      { ...hi, tools: [{ functionDeclarations: [{ name: 'a b' }] }] },
      /Invalid function name/,
    ],
    ['a call first of all', { contents: [call(), result] }, /immediately after a user turn/],
    ['a result too few', { contents: [...hi.contents, call(), ...hi.contents] }, /number of function response parts/],
    [
      'a signature of another',
      { contents: [...hi.contents, call({ thoughtSignature: 'Zm9yZWlnbg==' }), result] },
      /Corrupted thought signature/,
    ],
    [
      'a call without its signature',
      { contents: [...hi.contents, call(), result] },
      /missing a thought_signature/,
      'gemini-3-pro-preview',
    ],
  ])('refuses %s', async (_, body, message, asked = model) => {
    const answer = await post(`${asked}:generateContent`, body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { code: 400, status: 'INVALID_ARGUMENT', message: expect.stringMatching(message) },
    })
  })

  it('takes what stands in for a signature, and either spelling of a name', async () => {
    const signed = call({ thought_signature: 'skip_thought_signature_validator' })
    const body = { contents: [...hi.contents, signed, result], system_instruction: { parts: [{ text: 'Be short.' }] } }
    expect((await post('gemini-3-pro-preview:generateContent', body)).status).toBe(200)
  })
})
