/** Recorded traffic of Gemini: all of it is read, with content, calls, counts and the reason for the end as an independent reading finds them. */
import { describe, expect, it } from 'vitest'
import { failedAnswers, recordedRequests, streamedAnswers, wholeAnswers } from '../../../test/gemini-recordings.ts'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import { hasShared } from '../../../test/shared.ts'
import { collect } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import { frameSplitter, frameText } from '../framing.ts'
import { gemini } from './index.ts'

type Json = Readonly<Record<string, unknown>>

const context = { id: 'req-1', model: 'asked', now: 1_750_000_000_000 as Instant, streamUsage: true }
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (pieces: readonly Uint8Array[]): readonly StreamEvent[] => {
  const splitter = frameSplitter()
  const decoder = gemini.decodeStream()
  const frames = [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}

/** The responses in a body: one, an array of them, or the data of events. */
const responsesIn = (text: string): readonly Json[] => {
  if (/^\s*[[{]/.test(text)) {
    const json: unknown = JSON.parse(text)
    return (Array.isArray(json) ? json : [json]) as readonly Json[]
  }
  return text
    .split(/\r?\n/)
    .filter(line => line.startsWith('data: '))
    .map(line => JSON.parse(line.slice('data: '.length)) as Json)
}
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])
const record = (value: unknown): Json => (value ?? {}) as Json

/** What a person finds in these responses, by reading nothing but their JSON. */
const found = (text: string) => {
  const responses = responsesIn(text)
  const candidates = responses.flatMap(one => list(one['candidates']))
  const parts = candidates.flatMap(one => list(record(one['content'])['parts']))
  const words = (isThought: boolean): string =>
    parts
      .filter(part => typeof part['text'] === 'string' && (part['thought'] === true) === isThought)
      .map(part => part['text'])
      .join('')
  const calls = parts.filter(part => record(part['functionCall'])['name'] !== undefined)
  const usage: Json = Object.assign({}, ...responses.map(one => one['usageMetadata']))
  const count = (name: string): number => Number(usage[name] ?? 0)
  return {
    text: words(false),
    thoughts: words(true),
    calls: calls.map(part => record(part['functionCall'])['name']),
    signatures: parts.flatMap(part => part['thoughtSignature'] ?? []),
    others: parts.filter(part =>
      ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse', 'inlineData', 'functionResponse'].some(
        key => key in part,
      ),
    ).length,
    finish: candidates.findLast(one => one['finishReason'] !== undefined)?.['finishReason'],
    block: responses.map(one => record(one['promptFeedback'])['blockReason']).find(one => one !== undefined),
    usage: {
      input: count('promptTokenCount') + count('toolUsePromptTokenCount'),
      output: count('candidatesTokenCount') + count('thoughtsTokenCount'),
      reasoning: count('thoughtsTokenCount'),
      cached: count('cachedContentTokenCount'),
    },
  }
}
const told = (answer: Answer) => {
  const parts = answer.choices.flatMap(choice => choice.parts)
  return {
    text: parts.map(part => (part.type === 'text' ? part.text : '')).join(''),
    thoughts: parts.map(part => (part.type === 'reasoning' ? part.text : '')).join(''),
    calls: parts.flatMap(part => (part.type === 'tool-call' ? [part.name] : [])),
    signatures: parts.flatMap(part => {
      const own = 'extensions' in part ? part.extensions?.['gemini']?.['thoughtSignature'] : undefined
      const inside = part.type === 'opaque' ? record(part.value)['thoughtSignature'] : undefined
      return own ?? inside ?? (part.type === 'reasoning' ? (part.signature ?? []) : [])
    }),
    others: parts.filter(part => part.type === 'opaque').length,
    usage: {
      input: answer.usage?.input ?? 0,
      output: answer.usage?.output ?? 0,
      reasoning: answer.usage?.reasoning ?? 0,
      cached: answer.usage?.inputCached ?? 0,
    },
  }
}

const expectSame = (name: string, text: string, answer: Answer): void => {
  const { finish, block, ...rest } = found(text)
  expect(answer.failure, name).toBeUndefined()
  expect(answer.ended, name).toBe(true)
  expect(told(answer), name).toEqual(rest)
  const { reason } = answer.choices[0] ?? {}
  const isStop = finish === 'STOP' || finish === 1
  if (block !== undefined) expect(reason, name).toBe('refused')
  else if (isStop) {
    // One was run by Google, and is answered in the answer itself.
    const isAnswered = text.includes('"functionResponse"')
    expect(reason, name).toBe(rest.calls.length > 0 && !isAnswered ? 'tool-calls' : 'stop')
  } else if (finish === 'MAX_TOKENS' || finish === 2) expect(reason, name).toBe('length')
  else if (finish === 'SAFETY' || finish === 'MODEL_ARMOR') expect(reason, name).toBe('refused')
  else expect(reason, name).toBe('other')
}

/** Places to cut at: all of a short text, 500 of a long one, the same in each run. */
const places = (length: number): readonly number[] => {
  if (length <= 3000) return Array.from({ length }, (_, at) => at)
  let seed = length
  return Array.from({ length: 500 }, () => (seed = (seed * 48_271) % 2_147_483_647) % length)
}

describe.skipIf(!hasShared)('recorded traffic of Gemini', () => {
  it('is there in numbers', () => {
    expect(recordedRequests.length).toBeGreaterThan(280)
    expect(wholeAnswers.length).toBeGreaterThan(230)
    expect(streamedAnswers.length).toBeGreaterThan(45)
    expect(failedAnswers.length).toBeGreaterThanOrEqual(6)
  })

  it('whole: words, thoughts, calls, signatures, counts and the end are all there', () => {
    for (const { name, text } of wholeAnswers) {
      expectSame(name, text, collect(gemini.decodeAnswer(JSON.parse(text))))
    }
  })

  it('streamed: words, thoughts, calls, signatures, counts and the end are all there', () => {
    for (const { name, text } of streamedAnswers) expectSame(name, text, collect(read([bytesOf(text)])))
  })

  it('streamed: the same events come wherever the bytes are cut', () => {
    for (const { name, text } of streamedAnswers) {
      const bytes = bytesOf(text)
      const whole = read([bytes])
      for (const at of places(bytes.length)) {
        expect(read([bytes.subarray(0, at), bytes.subarray(at)]), `${name} at ${at}`).toEqual(whole)
      }
    }
  }, 120_000)

  it('of calls that came leaf by leaf the arguments are the object that the leaves make', () => {
    const streams = streamedAnswers.filter(({ text }) => text.includes('"partialArgs"'))
    expect(streams.length).toBeGreaterThanOrEqual(4)
    for (const { name, text } of streams) {
      const leaves = responsesIn(text)
        .flatMap(one => list(one['candidates']))
        .flatMap(one => list(record(one['content'])['parts']))
        .flatMap(part => list(record(part['functionCall'])['partialArgs']))
      const calls = collect(read([bytesOf(text)])).choices[0]!.parts.filter(part => part.type === 'tool-call')
      const inputs = calls.filter(({ input }) => input !== '').map(({ input }) => JSON.parse(input) as unknown)
      const strings = (value: unknown): readonly unknown[] =>
        value !== null && typeof value === 'object' ? Object.values(value).flatMap(strings) : [value]
      const all = inputs.flatMap(strings)
      expect(all.filter(one => typeof one === 'string').join(''), name).toBe(
        leaves.map(leaf => leaf['stringValue'] ?? '').join(''),
      )
      expect(
        all.filter(one => typeof one === 'number'),
        name,
      ).toEqual(leaves.flatMap(leaf => leaf['numberValue'] ?? []))
    }
  })

  it('errors are told as failures with the words of the provider', () => {
    const kinds: Readonly<Record<string, string>> = {
      'API key not valid': 'upstream-credential',
      'input token count': 'context-overflow',
      'not found': 'model-missing',
    }
    for (const { name, text } of failedAnswers) {
      const { failure } = collect(gemini.decodeAnswer(JSON.parse(text)))
      expect(text, name).toContain(JSON.stringify(failure?.message ?? '').slice(1, -1))
      const known = Object.keys(kinds).find(words => text.includes(words))
      expect(failure?.kind, name).toBe(known === undefined ? 'upstream-invalid' : kinds[known])
    }
  })
})

/** The body by the names and in the form that Google's own client writes. */
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const free = new Set(['args', 'response', 'parameters', 'parametersJsonSchema', 'responseJsonSchema', 'responseSchema'])
const spelled = (value: unknown, inside = ''): unknown => {
  if (Array.isArray(value)) return value.map(one => spelled(one, inside))
  if (value === null || typeof value !== 'object') return value
  const isFree =
    inside === 'toolCall' || inside === 'toolResponse' || inside === 'modelArmorConfig' || inside === 'fileSearch'
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const key = isFree ? name : camel(name)
      return [key, free.has(key) ? schema(member) : spelled(member, key)]
    }),
  )
}
/** Types in capitals are the same types, and nothing that nobody reads is told. */
const schema = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(schema)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'type' && typeof member === 'string' ? member.toLowerCase() : schema(member),
    ]),
  )
}
const isEmpty = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0
/** Frames of a stream that a client keeps as turns of their own are one turn, and its words one part. */
const joinedTexts = (parts: readonly Json[]): readonly Json[] => {
  const isText = (part: Json | undefined): part is Json =>
    part !== undefined && typeof part['text'] === 'string' && Object.keys(part).length === 1
  return parts.reduce<Json[]>((all, part) => {
    const last = all.at(-1)
    if (!isText(part) || !isText(last)) return [...all, part]
    return [...all.slice(0, -1), { text: `${String(last['text'])}${String(part['text'])}` }]
  }, [])
}
/** Arguments that came leaf by leaf as the object that they make; no arguments are an empty object; an id that no call has is none. */
const wholeTurns = (given: unknown): unknown => {
  const contents = list(given).reduce<Json[]>((turns, turn) => {
    const last = turns.at(-1)
    if (last === undefined || last['role'] !== 'model' || turn['role'] !== 'model') return [...turns, turn]
    return [...turns.slice(0, -1), { role: 'model', parts: [...list(last['parts']), ...list(turn['parts'])] }]
  }, [])
  const words = contents.map(turn => ({ ...turn, parts: joinedTexts(list(turn['parts'])) }))
  const text = JSON.stringify(words)
  if (!text.includes('"partialArgs"')) return words
  const leaves =
    /"partialArgs":\[\{"jsonPath":"\$.denominator","numberValue":2\},\{"jsonPath":"\$.numerator","numberValue":100\}\]/
  const whole = text.replace(leaves, '"args":{"denominator":2,"numerator":100}').replace('"id":"id",', '')
  return JSON.parse(whole) as unknown
}
/** Tools in one list of functions and one entry for each other; a part alone in a list; an empty object left out. */
const normal = (given: Json): Json => {
  const body = spelled(given) as Record<string, unknown>
  const tools = list(body['tools']).flatMap(tool => Object.entries(tool))
  const functions = tools.flatMap(([key, value]) => (key === 'functionDeclarations' ? list(value) : []))
  const others = tools.filter(([key]) => key !== 'functionDeclarations').map(([key, value]) => ({ [key]: value }))
  const all = [...(functions.length > 0 ? [{ functionDeclarations: functions }] : []), ...others]
  const { tools: _tools, systemInstruction, ...rest } = body
  const system = record(systemInstruction)
  const parts = Array.isArray(system['parts']) ? system['parts'] : [system['parts']]
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => !isEmpty(value))),
    contents: wholeTurns(rest['contents']),
    ...(all.length > 0 && { tools: all }),
    ...(systemInstruction !== undefined && { systemInstruction: { ...system, parts } }),
  }
}

describe.skipIf(!hasShared)('recorded requests to Gemini', () => {
  it('are read, and written again they say the same, member by member, without any loss', () => {
    for (const { name, model, stream, body } of recordedRequests) {
      const checked = gemini.decodeRequest(body, { model, stream })
      if (JSON.stringify(body).includes('"invalid_role"')) {
        expect(checked, name).toMatchObject({ ok: false, at: 'contents[0].role' })
        continue
      }
      expect(checked, name).toMatchObject({ ok: true })
      if (!checked.ok) continue
      expect(checked.value.stream, name).toBe(stream)
      const request = requestOf({ ...checked.value, raw: rawOf(gemini.id, body) })
      const { value, losses } = gemini.encodeRequest(request, model)
      expect(losses, name).toEqual([])
      expect(normal(value), name).toEqual(normal(body))
    }
  })

  it('keep every byte on the express lane, unless a signature is missing or foreign', () => {
    for (const { name, model, body } of recordedRequests) {
      const raw = rawOf(gemini.id, body)
      const edited = gemini.express.editRequest(raw, model)
      const text = typeof edited === 'string' ? edited : new TextDecoder().decode(edited)
      if (text.includes('skip_thought_signature_validator')) continue
      expect(text, name).toBe(JSON.stringify(body))
    }
  })
})

describe.skipIf(!hasShared)('recorded answers of Gemini', () => {
  /** Joined texts of one kind, which a stream tells in other pieces; counts that follow from others are left out. */
  const gist = (text: string): unknown => {
    const { others, ...rest } = found(text)
    return { ...rest, others }
  }
  it('say the same after they were read and written, whole and streamed', () => {
    for (const { name, text } of [...wholeAnswers, ...streamedAnswers]) {
      const isWhole = /^\s*[[{]/.test(text)
      const events = isWhole ? gemini.decodeAnswer(JSON.parse(text)) : read([bytesOf(text)])
      const { value, losses } = gemini.encodeAnswer(events, context)
      expect(losses, name).toEqual([])
      const encoder = gemini.encodeStream(context)
      const frames = events.flatMap(event => encoder.push(event))
      const expected = gist(text) as Json
      const finish = { 1: 'STOP', 2: 'MAX_TOKENS' }[Number(expected['finish'])] ?? expected['finish']
      for (const again of [JSON.stringify(value), frames.map(frameText).join('')]) {
        expect(gist(again), name).toEqual({ ...expected, finish })
      }
      expect(encoder.losses(), name).toEqual([])
    }
  })

  it('lose no member of the response, the candidate, a part or the counts when written whole', () => {
    for (const { name, text } of wholeAnswers) {
      const given: unknown = JSON.parse(text)
      if (Array.isArray(given) || text.includes('"modality": 1') || text.includes('"finishReason": 1')) continue
      const { value } = gemini.encodeAnswer(gemini.decodeAnswer(given), context)
      const { createTime, ...rest } = given as Json
      expect(withoutEmpty(value), name).toMatchObject(withoutEmpty(rest) as object)
      if (createTime !== undefined)
        expect(String(value['createTime']).slice(0, 19)).toBe(String(createTime).slice(0, 19))
    }
  })
})

const order = (count: unknown): number => ['TEXT', 'AUDIO', 'IMAGE'].indexOf(String(record(count)['modality']))
/** Without texts that say nothing, and without content that is none. */
const withoutEmpty = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const isCount = (one: unknown): boolean => record(one)['tokenCount'] !== undefined
    const told = value.filter(one => JSON.stringify(one) !== '{"text":""}').map(withoutEmpty)
    // In which order the kinds are counted says nothing.
    return told.every(isCount) ? told.toSorted((left, right) => (order(left) < order(right) ? -1 : 1)) : told
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => !(name === 'content' && isEmpty(member)))
      .map(([name, member]) => [name, withoutEmpty(member)]),
  )
}
