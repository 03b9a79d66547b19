/** What a client of another dialect asks of Gemini, and what a client of Gemini's asks of others: what arrives, and what is named as lost. */
import { describe, expect, it } from 'vitest'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import type { Message } from '../../domain/message.ts'
import type { ChatRequest } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { gemini } from './index.ts'

type Json = Readonly<Record<string, unknown>>

const newest = 'gemini-3-pro-preview'
const stand = 'skip_thought_signature_validator'

const sent = (changes: Partial<ChatRequest>, model = newest) => {
  const { value, losses } = gemini.encodeRequest(requestOf(changes), model)
  return { value: JSON.parse(JSON.stringify(value)) as Json, losses: losses.map(({ field }) => field) }
}
const user = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] })
const call = (
  callId: string,
  name: string,
  input = '{}',
  extensions?: Message['extensions'],
): Message['parts'][number] => ({
  type: 'tool-call',
  callId,
  name,
  input,
  ...(extensions && { extensions }),
})
const result = (callId: string, text: string, isError = false): Message => ({
  role: 'tool',
  parts: [{ type: 'tool-result', callId, output: [{ type: 'text', text }], isError }],
})
const openai = (messages: readonly Json[], more: Json = {}, model = newest) => {
  const body = { model: 'pool', messages, ...more }
  const read = openaiChat.decodeRequest(body)
  if (!read.ok) throw new Error(read.why)
  return sent({ ...read.value, raw: rawOf(openaiChat.id, body) }, model)
}
const from = (body: Json, model = newest): ChatRequest => {
  const read = gemini.decodeRequest(body, { model, stream: false })
  if (!read.ok) throw new Error(read.why)
  return requestOf({ ...read.value, raw: rawOf(gemini.id, body) })
}

describe('a conversation, written for Gemini', () => {
  it('has the system prompt apart, and a later one within what the user says', () => {
    const { value, losses } = openai([
      { role: 'system', content: 'one' },
      { role: 'developer', content: 'two' },
      { role: 'user', content: 'hi' },
      { role: 'system', content: 'late' },
    ])
    expect(value).toEqual({
      systemInstruction: { parts: [{ text: 'one' }, { text: 'two' }] },
      contents: [{ role: 'user', parts: [{ text: 'hi' }, { text: '<system>\nlate\n</system>' }] }],
    })
    expect(losses).toEqual(['messages.system.position'])
  })

  it('has all results of one turn directly behind its calls, each an object under the name of its function', () => {
    const { value, losses } = sent({
      messages: [
        user('go'),
        { role: 'assistant', parts: [call('a', 'look', '{"at":1}'), call('b', 'hear')] },
        result('b', '{"bird":true}'),
        result('a', 'too dark', true),
        user('so?'),
      ],
    })
    expect(value['contents']).toEqual([
      { role: 'user', parts: [{ text: 'go' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'a', name: 'look', args: { at: 1 } } },
          { functionCall: { id: 'b', name: 'hear', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'b', name: 'hear', response: { bird: true } } },
          { functionResponse: { id: 'a', name: 'look', response: { error: 'too dark' } } },
          { text: 'so?' },
        ],
      },
    ])
    expect(losses).toEqual([])
  })

  it('gives an empty error to a call that nobody answered, and words to a result without a call', () => {
    const messages = [
      user('go'),
      { role: 'assistant' as const, parts: [call('a', 'look')] },
      user('never mind'),
      result('x', 'lost'),
    ]
    const { value, losses } = sent({ messages })
    expect(value['contents']).toMatchObject([
      {},
      {},
      {
        parts: [
          { functionResponse: { id: 'a', name: 'look', response: { error: 'No result was given.' } } },
          { text: 'never mind' },
          { text: 'lost' },
        ],
      },
    ])
    expect(losses).toEqual(['messages.tool-result', 'messages.tool-call'])
  })

  it('begins with the user, and is never empty', () => {
    expect(sent({ messages: [{ role: 'system', parts: [{ type: 'text', text: 'x' }] }] })).toEqual({
      value: { systemInstruction: { parts: [{ text: 'x' }] }, contents: [{ role: 'user', parts: [{ text: '.' }] }] },
      losses: ['messages'],
    })
    const begun = [{ role: 'assistant' as const, parts: [call('a', 'f')] }, result('a', 'x')]
    expect(sent({ messages: begun }).losses).toEqual(['messages'])
  })

  it('holds images, sound, documents and addresses, each as the part that Gemini has for it', () => {
    const png = 'iVBORw0KGgo='
    const { value, losses } = openai([
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
          { type: 'image_url', image_url: { url: 'https://a.test/i.webp?x=1' } },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' } },
          { type: 'file', file: { file_id: 'file-1' } },
        ],
      },
    ])
    expect(value['contents']).toEqual([
      {
        role: 'user',
        parts: [
          { inlineData: { mimeType: 'image/png', data: png } },
          { fileData: { mimeType: 'image/webp', fileUri: 'https://a.test/i.webp?x=1' } },
          { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } },
          { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
        ],
      },
    ])
    expect(losses).toEqual(['messages.file.name', 'messages.file'])
  })

  it('puts what a result shows into the result where the model takes it, and behind it where it does not', () => {
    const image = { type: 'image' as const, mediaType: 'image/png', source: { base64: 'iVBORw0KGgo=' } }
    const shown: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'a', output: [{ type: 'text', text: 'see' }, image], isError: false }],
    }
    const messages = [user('go'), { role: 'assistant' as const, parts: [call('a', 'look')] }, shown]
    const inlineData = { mimeType: 'image/png', data: 'iVBORw0KGgo=' }
    const functionResponse = { id: 'a', name: 'look', response: { output: 'see' } }
    expect(Object(sent({ messages }).value['contents'])[2].parts).toEqual([
      { functionResponse: { ...functionResponse, parts: [{ inlineData }] } },
    ])
    expect(Object(sent({ messages }, 'gemini-2.5-flash').value['contents'])[2].parts).toEqual([
      { functionResponse },
      { inlineData },
    ])
  })
})

describe('thought signatures', () => {
  const signed = { gemini: { thoughtSignature: 'AY89a18AAAA=' } }
  const partsAt = (value: Json, turn: number): readonly Json[] => Object(value['contents'])[turn].parts

  it('reach a client of OpenAI in the place that Google has for them, and come back from there', () => {
    const answer = {
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'I look.', thoughtSignature: 'CiQBAAEC' },
              { functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'AY89a18AAAA=' },
              { functionCall: { name: 'hear', args: {} } },
            ],
          },
          finishReason: 'STOP',
        },
      ],
      responseId: 'r-1',
      modelVersion: newest,
    }
    const context = { id: 'r', model: 'm', now: 0 as never, streamUsage: true }
    const { value, losses } = openaiChat.encodeAnswer(gemini.decodeAnswer(answer), context)
    expect(losses).toEqual([])
    const message = JSON.parse(JSON.stringify(Object(value['choices'])[0].message)) as Json
    expect(message).toMatchObject({
      extra_content: { google: { thought_signature: 'CiQBAAEC' } },
      tool_calls: [
        { extra_content: { google: { thought_signature: 'AY89a18AAAA=' } } },
        { function: { name: 'hear' } },
      ],
    })
    const results = (message['tool_calls'] as readonly Json[]).map(({ id }) => ({
      role: 'tool',
      tool_call_id: id,
      content: 'ok',
    }))
    const again = openai([{ role: 'user', content: 'go' }, message, ...results])
    expect(again.losses).toEqual([])
    expect(Object(again.value['contents'])[1]).toEqual(answer.candidates[0]!.content)
    expect(partsAt(again.value, 2)).toEqual([
      { functionResponse: { name: 'look', response: { output: 'ok' } } },
      { functionResponse: { name: 'hear', response: { output: 'ok' } } },
    ])
  })

  it('the same of a stream', () => {
    const events = gemini.decodeAnswer({
      candidates: [
        {
          content: {
            parts: [
              { text: 'so', thoughtSignature: 'CiQB' },
              { functionCall: { name: 'f' }, thoughtSignature: 'AY89' },
            ],
          },
          finishReason: 'STOP',
        },
      ],
    })
    const encoder = openaiChat.encodeStream({ id: 'r', model: 'm', now: 0 as never, streamUsage: true })
    const deltas = events
      .flatMap(event => encoder.push(event))
      .filter(({ data }) => data !== '[DONE]')
      .map(({ data }) => JSON.parse(data).choices[0]?.delta as Json | undefined)
    expect(deltas).toContainEqual(expect.objectContaining({ extra_content: { google: { thought_signature: 'CiQB' } } }))
    expect(deltas.flatMap(delta => delta?.['tool_calls'] ?? [])[0]).toMatchObject({
      extra_content: { google: { thought_signature: 'AY89' } },
    })
    expect(encoder.losses()).toEqual([])
  })

  it('that are missing are stood in for, on the first call of each step of the turn under way alone', () => {
    const step = (id: string, name: string, extensions?: Message['extensions']): readonly Message[] => [
      { role: 'assistant', parts: [call(id, name, '{}', extensions), call(`${id}2`, name)] },
      result(id, 'ok'),
      result(`${id}2`, 'ok'),
    ]
    const messages = [
      user('first'),
      ...step('a', 'old'),
      user('then'),
      ...step('b', 'bare'),
      ...step('c', 'held', signed),
    ]
    const { value } = sent({ messages })
    const signatures = (turn: number) => partsAt(value, turn).map(part => part['thoughtSignature'])
    expect(signatures(1)).toEqual([undefined, undefined])
    expect(signatures(3)).toEqual([stand, undefined])
    expect(signatures(5)).toEqual(['AY89a18AAAA=', undefined])
    expect(JSON.stringify(sent({ messages }, 'gemini-2.5-pro').value)).not.toContain(stand)
  })

  it('of others are not sent to Gemini, nor their thoughts', () => {
    const anthropics = 'ErcBCkgIBhABGAIiQDYNmQ0vXH'
    const messages: readonly Message[] = [
      user('go'),
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm', signature: anthropics },
          call('a', 'f', '{}', { gemini: { thoughtSignature: anthropics } }),
        ],
      },
      result('a', 'ok'),
    ]
    const { value, losses } = sent({ messages })
    expect(partsAt(value, 1)).toEqual([{ functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: stand }])
    expect(losses).toEqual(['messages.reasoning', 'messages.thoughtSignature'])
  })

  it('on the express lane are mended the same way, and every other body goes as it came', () => {
    const content = (part: Json): Json => ({ role: 'model', parts: [part] })
    const bodyOf = (part: Json): Json => ({
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }, content(part)],
      novel: 1,
    })
    const edited = (body: Json, model: string): unknown => {
      const bytes = gemini.express.editRequest(rawOf(gemini.id, body), model)
      return JSON.parse(typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes))
    }
    const bare = { functionCall: { name: 'f' } }
    expect(edited(bodyOf(bare), newest)).toEqual(bodyOf({ ...bare, thoughtSignature: stand }))
    expect(edited(bodyOf(bare), 'gemini-2.5-pro')).toEqual(bodyOf(bare))
    const foreign = { ...bare, thought_signature: 'ErcBCkgIBhABGAIiQDYNmQ0vXH' }
    expect(edited(bodyOf(foreign), 'gemini-2.5-pro')).toEqual(bodyOf(bare))
    const raw = rawOf(gemini.id, bodyOf({ ...bare, thoughtSignature: 'AY89a18AAAA=' }))
    expect(gemini.express.editRequest(raw, newest)).toBe(raw.bytes)
  })
})

describe('tools, written for Gemini', () => {
  const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^x' } }, additionalProperties: false }
  const tool = { name: 'f', description: 'does', inputSchema: schema }

  it('keep their JSON Schema, and name what no call is held to', () => {
    const { value, losses } = sent({ tools: [tool, { name: 'g' }] })
    expect(value['tools']).toEqual([
      { functionDeclarations: [{ name: 'f', description: 'does', parametersJsonSchema: schema }, { name: 'g' }] },
    ])
    expect(losses).toEqual(['tools.inputSchema'])
  })

  it('are chosen in each of the ways', () => {
    const tools = [{ name: 'f' }, { name: 'g' }]
    const chosen = (toolChoice: ChatRequest['toolChoice'], model?: string) =>
      sent({ tools, ...(toolChoice && { toolChoice }) }, model).value['toolConfig']
    const config = (mode: string, names?: readonly string[]) => ({
      functionCallingConfig: { mode, ...(names && { allowedFunctionNames: names }) },
    })
    expect(chosen(undefined)).toBeUndefined()
    expect(chosen('auto')).toEqual(config('AUTO'))
    expect(chosen('none')).toEqual(config('NONE'))
    expect(chosen('required')).toEqual(config('ANY'))
    expect(chosen({ name: 'f' })).toEqual(config('ANY', ['f']))
    expect(chosen({ oneOf: ['f', 'g'], required: true })).toEqual(config('ANY', ['f', 'g']))
    expect(chosen({ oneOf: ['f'], required: false })).toEqual(config('VALIDATED', ['f']))
    const older = sent({ tools, toolChoice: { oneOf: ['f'], required: false } }, 'gemini-2.0-flash')
    expect(older.value['tools']).toEqual([{ functionDeclarations: [{ name: 'f' }] }])
    expect(older.losses).toEqual(['toolChoice.oneOf'])
  })

  it('that are strict hold the model to their schemas where it can be', () => {
    const strict = { name: 'f', strict: true }
    expect(sent({ tools: [strict] }).value['toolConfig']).toEqual({ functionCallingConfig: { mode: 'VALIDATED' } })
    expect(sent({ tools: [strict] }, 'gemini-2.0-flash').losses).toEqual(['tools.strict'])
  })

  it('have names that fit, and never the same for two', () => {
    const names = ['fine', 'has.dots', 'has dots', '1st', '-1st', 'x'.repeat(80)]
    const fitted = names.map(name => gemini.toolName!(name))
    expect(fitted[0]).toBe('fine')
    for (const name of fitted) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/)
    expect(new Set(fitted).size).toBe(names.length)
  })

  it('of other providers are named as lost, and so is what Gemini has no word for', () => {
    const { losses } = openai([{ role: 'user', content: 'hi' }], {
      web_search_options: {},
      user: 'u',
      logit_bias: { 5: 1 },
      metadata: { a: 'b' },
      parallel_tool_calls: false,
    })
    expect(losses.toSorted()).toEqual(
      ['endUser', 'metadata', 'parallelToolCalls', 'sampling.logitBias', 'web_search_options'].toSorted(),
    )
  })
})

describe('an answer in JSON', () => {
  const schema = {
    $defs: { city: { type: 'object', properties: { name: { type: ['string', 'null'] } } } },
    type: 'object',
    properties: {
      city: { $ref: '#/$defs/city' },
      kind: { const: 'a' },
      size: { type: 'integer', exclusiveMinimum: 1 },
    },
    required: ['city'],
    additionalProperties: false,
  }
  it('is asked for by JSON Schema where the model takes it', () => {
    const { value, losses } = sent({ output: { type: 'json', schema, description: 'a place' } })
    expect(value['generationConfig']).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: { ...schema, description: 'a place' },
    })
    expect(losses).toEqual(['output.schema'])
  })
  it("is asked for in Google's older form where it does not", () => {
    const { value, losses } = sent({ output: { type: 'json', schema } }, 'gemini-2.0-flash')
    expect(value['generationConfig']).toEqual({
      responseMimeType: 'application/json',
      responseSchema: {
        type: 'OBJECT',
        properties: {
          city: { type: 'OBJECT', properties: { name: { type: 'STRING', nullable: true } } },
          kind: { type: 'STRING', enum: ['a'] },
          size: { type: 'INTEGER' },
        },
        required: ['city'],
      },
    })
    expect(losses).toEqual(['output.schema'])
  })
  it('may be any', () => {
    expect(sent({ output: { type: 'json' } }).value['generationConfig']).toEqual({
      responseMimeType: 'application/json',
    })
  })
})

describe('thinking', () => {
  const told = (reasoning: ChatRequest['reasoning'], model: string) => {
    const { value, losses } = sent({ ...(reasoning && { reasoning }) }, model)
    return [Object(value['generationConfig']).thinkingConfig, losses]
  }
  it('is asked for by level of the newest, by budget of 2.5, and not at all of older ones', () => {
    const shown = { includeThoughts: true }
    expect(told({ effort: 'low' }, newest)).toEqual([{ thinkingLevel: 'LOW', ...shown }, []])
    expect(told({ effort: 'max' }, newest)).toEqual([{ thinkingLevel: 'HIGH', ...shown }, []])
    expect(told({ effort: 'medium' }, newest)).toEqual([{ thinkingLevel: 'HIGH', ...shown }, ['reasoning.effort']])
    expect(told({ effort: 'medium' }, 'gemini-3.1-pro-preview')).toEqual([{ thinkingLevel: 'MEDIUM', ...shown }, []])
    expect(told({ effort: 'none' }, 'gemini-3-flash-preview')).toEqual([
      { thinkingLevel: 'MINIMAL' },
      ['reasoning.effort'],
    ])
    expect(told({ budget: tokens(2000) }, newest)).toEqual([
      { thinkingLevel: 'HIGH', ...shown },
      ['reasoning.budget', 'reasoning.effort'],
    ])
    expect(told({ effort: 'high' }, 'gemini-2.5-flash')).toEqual([{ thinkingBudget: 24_576, ...shown }, []])
    expect(told({ effort: 'none' }, 'gemini-2.5-flash')).toEqual([{ thinkingBudget: 0 }, []])
    expect(told({ effort: 'none' }, 'gemini-2.5-pro')).toEqual([{ thinkingBudget: 128 }, ['reasoning.effort']])
    expect(told({ budget: tokens(60_000) }, 'gemini-2.5-pro')).toEqual([
      { thinkingBudget: 32_768, ...shown },
      ['reasoning.budget'],
    ])
    expect(told({ effort: 'high' }, 'gemini-2.0-flash')).toEqual([undefined, ['reasoning']])
    expect(told(undefined, newest)).toEqual([undefined, []])
  })
  it("goes back in its client's own words where the model takes them, on the express lane as well", () => {
    const body = {
      contents: [{ parts: [{ text: 'hi' }] }],
      generationConfig: {
        thinkingConfig: { thinkingBudget: -1, includeThoughts: true },
        maxOutputTokens: 70_000,
        novel: 1,
      },
    }
    const request = from(body)
    expect(request.reasoning).toEqual({})
    expect(gemini.encodeRequest(request, newest).value['generationConfig']).toEqual(body.generationConfig)
    expect(gemini.express.fit?.(request, newest)).toEqual({ edits: {}, losses: [] })
    const pooled = { ...request, target: 'pool' }
    expect(gemini.express.fit?.(pooled, 'gemini-2.0-flash')).toEqual({
      edits: { generationConfig: { novel: 1, maxOutputTokens: 8192 } },
      losses: [
        { field: 'reasoning', why: 'this model cannot think before it answers' },
        { field: 'limits.maxOutputTokens', why: 'lowered to the 8192 that this model can answer' },
      ],
    })
  })
})

describe("a request of Gemini's client, for other providers", () => {
  const body = {
    systemInstruction: { parts: [{ text: 'be brief' }] },
    contents: [
      { role: 'user', parts: [{ text: 'go' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'look', args: { at: 1 } } },
          { functionCall: { name: 'look', args: { at: 2 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'look', response: { output: 'one' } } },
          { functionResponse: { name: 'look', response: { result: 2 } } },
        ],
      },
    ],
    tools: [
      {
        functionDeclarations: [
          { name: 'look', parameters: { type: 'OBJECT', properties: { at: { type: 'INTEGER' } } } },
        ],
      },
      { googleSearch: {} },
    ],
    toolConfig: { functionCallingConfig: { mode: 'ANY' } },
    generationConfig: { maxOutputTokens: 99, stopSequences: ['END'], thinkingConfig: { thinkingLevel: 'high' } },
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  }
  it('tells OpenAI of calls and results by ids that belong together', () => {
    const { value, losses } = openaiChat.encodeRequest(from(body, 'pool'), 'gpt-4o')
    const [, , assistant, first, second] = value['messages'] as readonly Json[]
    const ids = (assistant!['tool_calls'] as readonly Json[]).map(({ id }) => id)
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
    expect([first, second]).toMatchObject([
      { role: 'tool', tool_call_id: ids[0], content: 'one' },
      { role: 'tool', tool_call_id: ids[1], content: '{"result":2}' },
    ])
    expect(value).toMatchObject({
      tool_choice: 'required',
      tools: [{ function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'integer' } } } } }],
    })
    expect(losses.map(({ field }) => field)).toEqual(expect.arrayContaining(['tools.googleSearch', 'safetySettings']))
  })
  it('finds the call of a result without an id by its name, then by its place', () => {
    const calls = ['look', 'hear', 'hear'].map(name => ({ functionCall: { name } }))
    const results = ['hear', 'look', 'feel'].map(name => ({ functionResponse: { name, response: { output: name } } }))
    const contents = [body.contents[0]!, { role: 'model', parts: calls }, { role: 'user', parts: results }]
    const [, assistant, tool] = from({ contents }, 'pool').messages
    const ids = assistant!.parts.map(part => (part.type === 'tool-call' ? part.callId : ''))
    expect(new Set(ids).size).toBe(3)
    expect(tool!.parts).toMatchObject([{ callId: ids[1] }, { callId: ids[0] }, { callId: ids[2] }])
  })
  it('tells Anthropic of the same', () => {
    const { value } = anthropicMessages.encodeRequest(from(body, 'pool'), 'claude-sonnet-4-5')
    expect(value).toMatchObject({
      system: 'be brief',
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', input: { at: 1 } },
            { type: 'tool_use', input: { at: 2 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', content: 'one' },
            { type: 'tool_result', content: '{"result":2}' },
          ],
        },
      ],
    })
  })
  it('is refused with the place of what is wrong and what would be right', () => {
    const wrong: readonly (readonly [unknown, string, string])[] = [
      [{}, 'contents', 'a list of at least one turn'],
      [{ contents: [3] }, 'contents[0]', 'a turn'],
      [{ contents: [{ role: 'assistant', parts: [] }] }, 'contents[0].role', '"user" or "model"'],
      [
        { contents: [{ parts: [{ functionCall: {} }] }] },
        'contents[0].parts[0].functionCall.name',
        'the name of a function',
      ],
      [
        { contents: [{ parts: [{ functionResponse: { name: 'f', response: 'x' } }] }] },
        'contents[0].parts[0].functionResponse.response',
        'an object',
      ],
      [
        { contents: [{ parts: [{ text: 'a' }] }], generationConfig: { temperature: 3 } },
        'generationConfig.temperature',
        '0 to 2',
      ],
      [
        { contents: [{ parts: [{ text: 'a' }] }], tools: [{ functionDeclarations: [{}] }] },
        'tools[0].functionDeclarations[0].name',
        'at least one character',
      ],
    ]
    for (const [given, at, right] of wrong) {
      const read = gemini.decodeRequest(given, { model: newest })
      expect(read).toMatchObject({ ok: false, at })
      expect(read.ok ? '' : read.why).toContain(right)
    }
    expect(gemini.decodeRequest({ contents: [{ parts: [{ text: 'a' }] }] })).toMatchObject({ ok: false, at: 'model' })
    expect(gemini.decodeRequest([])).toMatchObject({ ok: false })
  })
})
