/** Every recorded chat answer of OpenAI and its look-alikes is read without loss, however its bytes are cut. */
import { describe, expect, it } from 'vitest'
import { streamedAnswers, wholeAnswers } from '../../../test/chat-recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { Part } from '../../domain/message.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { frameSplitter } from '../framing.ts'
import { openaiChat } from './index.ts'

interface WireCall {
  index?: number
  id?: string | null
  readonly function: { name?: string | null; arguments?: unknown }
}
interface WirePart {
  readonly type: string
  readonly text?: string
  readonly thinking?: readonly { readonly text?: string }[]
}
interface WireMessage {
  readonly content?: string | null | readonly WirePart[]
  readonly refusal?: string | null
  readonly reasoning?: string | null
  readonly reasoning_content?: string | null
  readonly reasoning_details?: readonly Readonly<Record<string, unknown>>[]
  readonly tool_calls?: readonly WireCall[] | null
  readonly function_call?: WireCall['function'] | null
}
interface WireChoice {
  readonly index?: number
  readonly message?: WireMessage
  readonly delta?: WireMessage
  readonly finish_reason?: string | null
  readonly logprobs?: { readonly content?: readonly unknown[] | null } | null
  readonly usage?: WireUsage
}
interface WireUsage {
  readonly prompt_tokens: number
  readonly completion_tokens?: number
  readonly total_tokens?: number
  readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly audio_tokens?: number } | null
}
interface WireAnswer {
  readonly id?: string
  readonly model?: string
  readonly choices?: readonly WireChoice[]
  readonly usage?: WireUsage | null
  readonly x_groq?: { readonly usage?: WireUsage } | null
}
/** A value read from JSON, taken at its word. */
const parse = <T>(text: string): T => JSON.parse(text)

/** What one choice comes to, in words that whole and streamed answers share. */
interface ChoiceGist {
  text: string
  thinking: string
  refusal: string
  calls: { index: number | undefined; id: string; name: string; input: string }[]
  finish: string
  logprobs: number
}
interface Gist {
  model: string
  id: string
  choices: ChoiceGist[]
  usage: readonly number[] | undefined
}
const noChoice = (): ChoiceGist => ({ text: '', thinking: '', refusal: '', calls: [], finish: '', logprobs: 0 })

const argumentsText = (value: unknown): string =>
  typeof value === 'string' ? value : value ? JSON.stringify(value) : ''
const partsOf = (content: WireMessage['content']): readonly WirePart[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content ?? []
}
const detailText = (details: WireMessage['reasoning_details']): string =>
  (details ?? []).map(one => one['text'] ?? one['summary'] ?? '').join('')

/** Adds a message or delta, by the rules of the published documentation and nothing of the code under test. */
const add = (gist: ChoiceGist, message: WireMessage): void => {
  for (const part of partsOf(message.content)) {
    if (part.type === 'text') gist.text += part.text ?? ''
    if (part.type === 'thinking') gist.thinking += (part.thinking ?? []).map(({ text }) => text ?? '').join('')
  }
  gist.thinking += message.reasoning_content || message.reasoning || detailText(message.reasoning_details)
  gist.refusal += message.refusal ?? ''
  const legacy: readonly WireCall[] = message.function_call?.name ? [{ index: 0, function: message.function_call }] : []
  for (const call of [...(message.tool_calls ?? []), ...legacy]) {
    let open = call.index === undefined ? undefined : gist.calls.find(({ index }) => index === call.index)
    if (open === undefined) gist.calls.push((open = { index: call.index, id: '', name: '', input: '' }))
    open.id ||= call.id ?? ''
    open.name ||= call.function.name ?? ''
    open.input += argumentsText(call.function.arguments)
  }
}
const usageGist = (usage: WireUsage | null | undefined): readonly number[] | undefined => {
  if (!usage) return undefined
  const { prompt_tokens: prompt, completion_tokens: completion = 0, total_tokens: total = prompt + completion } = usage
  const { cached_tokens: cached = -1, audio_tokens: audio = 0 } = usage.prompt_tokens_details ?? {}
  // The total is right: what it counts beyond the sum is sound, or reasoning that the completion leaves out.
  if (total === prompt + completion + audio) return [prompt + audio, completion, cached]
  return [prompt, Math.max(total - prompt, completion), cached]
}
const gistOf = (answers: readonly WireAnswer[], isWhole = false): Gist => {
  const gist: Gist = { model: '', id: '', choices: [], usage: undefined }
  for (const { id, model, choices = [], usage, x_groq: groq } of answers) {
    gist.model ||= model ?? ''
    gist.id ||= id ?? ''
    gist.usage = usageGist(usage) ?? usageGist(groq?.usage) ?? usageGist(choices[0]?.usage) ?? gist.usage
    for (const [place, choice] of choices.entries()) {
      const one = (gist.choices[choice.index ?? place] ??= noChoice())
      // Perplexity tells both, and each says something where it belongs.
      add(one, (isWhole ? (choice.message ?? choice.delta) : (choice.delta ?? choice.message)) ?? {})
      one.finish = choice.finish_reason || one.finish
      one.logprobs += choice.logprobs?.content?.length ?? 0
    }
  }
  return gist
}

const isEmptyInput = (input: string): boolean => input === '' || input === '{}'
const sameInput = (calls: ChoiceGist['calls']) =>
  calls.map(({ id, name, input }) => ({ id, name, input: isEmptyInput(input) ? '' : input }))
const logprobsIn = (extensions: Part['extensions']): number => {
  const own = extensions?.['openai-chat']?.['logprobs'] as WireChoice['logprobs']
  return own?.content?.length ?? 0
}
const ourGist = (events: readonly StreamEvent[], expected: Gist): Gist => {
  const answer = collect(events)
  const { usage } = answer
  return {
    model: answer.model,
    id: answer.upstreamId ?? '',
    choices: answer.choices.map(({ parts, raw, extensions }) => {
      const gist = noChoice()
      for (const part of parts) {
        if (part.type === 'text') gist.text += part.text
        if (part.type === 'reasoning') gist.thinking += part.text
        if (part.type === 'refusal') gist.refusal += part.text
        if (part.type === 'tool-call') {
          gist.calls.push({ index: undefined, id: part.callId, name: part.name, input: part.input })
        }
        gist.logprobs += logprobsIn(part.extensions)
      }
      return { ...gist, logprobs: gist.logprobs + logprobsIn(extensions), finish: raw ?? '' }
    }),
    usage: usage && [usage.input, usage.output, expected.usage?.[2] === -1 ? -1 : usage.inputCached],
  }
}
const comparable = (gist: Gist) => ({
  ...gist,
  choices: gist.choices.map(choice => ({ ...choice, calls: sameInput(choice.calls) })),
})

const payloads = (text: string): readonly WireAnswer[] =>
  text
    .split('\n')
    .filter(line => line.startsWith('data: {'))
    .map(line => parse<WireAnswer>(line.slice(6)))

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (pieces: readonly Uint8Array[]): readonly StreamEvent[] => {
  const splitter = frameSplitter()
  const decoder = openaiChat.decodeStream()
  const frames = [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}

interface Scanned {
  readonly text: string
  readonly size: number
  readonly content: boolean
  readonly last: Omit<Delivery, 'bytes' | 'content' | 'size'>
}
const scan = (pieces: readonly Uint8Array[], streamUsage: boolean): Scanned => {
  const scanner = openaiChat.express.scanStream({ streamUsage })
  const deliveries = [...pieces.map(piece => scanner.push(piece)), scanner.end()]
  const told = deliveries.map(({ bytes: _bytes, content: _content, size: _size, ...facts }) => facts)
  return {
    text: Buffer.concat(deliveries.flatMap(({ bytes }) => bytes ?? [])).toString(),
    size: deliveries.reduce((sum, { size }) => sum + size, 0),
    content: deliveries.some(({ content }) => content),
    last: Object.assign({}, ...told.map(one => parse<object>(JSON.stringify(one)))),
  }
}

/** Cuts in two: at every byte while that is cheap, else at as many places, evenly spread; and once byte by byte. */
const budget = 400_000
const cuts = function* (bytes: Uint8Array): Generator<readonly Uint8Array[]> {
  yield Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
  const step = Math.max(1, Math.floor((bytes.length * bytes.length) / budget / 4))
  for (let at = 1; at < bytes.length; at += step) yield [bytes.subarray(0, at), bytes.subarray(at)]
}

/** Errors that came inside an answer with a good status. */
const isError = ({ text }: { readonly text: string }): boolean =>
  /^(?:data: )?\{ ?"error"|^event: error|"error":\{/m.test(text)
const wholes = wholeAnswers.filter(one => !isError(one))
const streams = streamedAnswers.filter(one => !isError(one))

describe.skipIf(!hasShared)('recorded answers', () => {
  it('hold many from many providers', () => {
    expect(wholes.length).toBeGreaterThan(400)
    expect(streams.length).toBeGreaterThan(120)
    expect(new Set([...wholes, ...streams].map(one => one.provider)).size).toBeGreaterThan(20)
  })

  it.each([...wholeAnswers, ...streamedAnswers].filter(isError))('$name fails as it was told to', ({ text }) => {
    const events = text.startsWith('{') ? openaiChat.decodeAnswer(parse(text)) : decode([bytesOf(text)])
    expect(events.at(-1)).toMatchObject({ type: 'response-failed', failure: { upstream: { status: 400 } } })
    const { last, text: passed } = scan([bytesOf(text)], true)
    if (!text.startsWith('{')) {
      expect(last).toMatchObject({ failure: { upstream: { status: 400 } } })
      expect(text.startsWith(passed)).toBe(true)
      expect(passed).not.toContain('[DONE]')
    }
  })

  it.each(wholes)('$name, whole, keeps content, calls, finish reason and usage', ({ text }) => {
    const body = parse<WireAnswer>(text)
    const events = openaiChat.decodeAnswer(body)
    const expected = gistOf([body], true)
    // In a whole answer every call stands for itself, whatever its number.
    for (const [place, { message }] of (body.choices ?? []).entries()) {
      const calls = message?.tool_calls ?? []
      if (calls.length === 0) continue
      expected.choices[place]!.calls = calls.map(call => ({
        index: undefined,
        id: call.id ?? '',
        name: call.function.name ?? '',
        input: argumentsText(call.function.arguments),
      }))
    }
    expect(comparable(ourGist(events, expected))).toEqual(comparable(expected))
    expect(events.at(-1)?.type).toBe('response-end')
  })

  it.each(streams)('$name, streamed, keeps content, calls, finish reason and usage', ({ text }) => {
    const events = decode([bytesOf(text)])
    const expected = gistOf(payloads(text))
    expect(comparable(ourGist(events, expected))).toEqual(comparable(expected))
    expect(events.at(-1)?.type).toBe('response-end')
  })

  it.each(streams)('$name gives the same events and the same bytes wherever it is cut', ({ text }) => {
    const bytes = bytesOf(text)
    const all = [[bytes], ...cuts(bytes)]
    expect(new Set(all.map(pieces => JSON.stringify(decode(pieces)))).size).toBe(1)
    expect(new Set(all.map(pieces => JSON.stringify(scan(pieces, true)))).size).toBe(1)
  })

  it.each(streams)('$name is told the same on the express lane as by its events', ({ text }) => {
    const events = decode([bytesOf(text)])
    const { size, content, last } = scan([bytesOf(text)], true)
    const answer = collect(events)
    expect(last.ended).toBe(true)
    expect(last.usage).toEqual(answer.usage && parse(JSON.stringify(answer.usage)))
    expect(last.finish).toBe(answer.choices[0]?.reason)
    expect(last.model).toBe(answer.model)
    const parts = answer.choices.flatMap(choice => choice.parts)
    const expected = parts.reduce((sum, part) => {
      if (part.type === 'tool-call') return sum + part.name.length + part.input.length
      return 'text' in part ? sum + part.text.length : sum
    }, 0)
    expect(size).toBe(expected)
    expect(content).toBe(parts.length > 0)
  })
})
