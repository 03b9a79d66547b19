/** What Gemini's, Bedrock's and Cohere's answers say. */
import type { FinishReason } from '../../src/domain/stream-event.ts'
import { at, count, inputOf, isRecord, record, records, words } from './seen.ts'
import type { Json, Payload, Reader, Seen } from './seen.ts'

const joined = (all: readonly unknown[]): string => all.map(words).join('')

/** Puts a leaf where its path says, e.g. `$.operations[0].name`; pieces of a text are joined. */
const setLeaf = (tree: Record<string, unknown>, { jsonPath, ...leaf }: Json): void => {
  const steps = [...words(jsonPath).matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  )
  const value = leaf['stringValue'] ?? leaf['numberValue'] ?? leaf['boolValue'] ?? ('nullValue' in leaf ? null : '')
  let inner: Record<string | number, unknown> = tree
  for (const [place, step] of steps.entries()) {
    const before = inner[step]
    if (place === steps.length - 1) inner[step] = typeof before === 'string' ? before + words(value) : value
    else if (before === undefined) inner[step] = typeof steps[place + 1] === 'number' ? [] : {}
    inner = inner[step] as typeof inner
  }
}
/** Calls in their order; one without a name goes on with the last. */
const geminiCalls = (parts: readonly Json[]): readonly (readonly [string, unknown])[] => {
  const calls: [string, Record<string, unknown>][] = []
  for (const call of parts.map(part => part['functionCall']).filter(isRecord)) {
    if (call['name'] !== undefined) calls.push([words(call['name']), structuredClone(record(call['args']))])
    for (const leaf of records(call['partialArgs'])) setLeaf(calls.at(-1)?.[1] ?? {}, leaf)
  }
  return calls
}
const geminiReasons: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  1: 'stop',
  MAX_TOKENS: 'length',
  2: 'length',
  SAFETY: 'refused',
  MODEL_ARMOR: 'refused',
}
const geminiSeen = (bodies: readonly Json[]): Seen => {
  const candidates = bodies.flatMap(body => records(body['candidates']))
  const parts = candidates.flatMap(one => records(at(one, 'content.parts')))
  const said = (isThought: boolean): string =>
    joined(parts.filter(part => (part['thought'] === true) === isThought).map(part => part['text']))
  const calls = geminiCalls(parts)
  const usage: Json = Object.assign({}, ...bodies.map(one => one['usageMetadata']))
  const isBlocked = bodies.some(body => at(body, 'promptFeedback.blockReason') !== undefined)
  const raw = candidates.findLast(one => one['finishReason'] !== undefined)?.['finishReason']
  const reason = isBlocked ? 'refused' : raw === undefined ? undefined : (geminiReasons[String(raw)] ?? 'other')
  // A call that Google ran itself is answered in the answer.
  const isAnswered = parts.some(part => isRecord(part['functionResponse']))
  return {
    text: said(false),
    thoughts: said(true),
    refusal: '',
    calls,
    finish: reason === undefined ? [] : [reason === 'stop' && calls.length > 0 && !isAnswered ? 'tool-calls' : reason],
    usage: Object.keys(usage).every(name => !name.endsWith('TokenCount'))
      ? undefined
      : [
          count(usage, 'promptTokenCount') + count(usage, 'toolUsePromptTokenCount'),
          count(usage, 'cachedContentTokenCount'),
          count(usage, 'candidatesTokenCount') + count(usage, 'thoughtsTokenCount'),
          count(usage, 'thoughtsTokenCount'),
        ],
  }
}
export const gemini: Reader = {
  whole: body => geminiSeen([body]),
  streamed: events => geminiSeen(events.map(({ body }) => body)),
}

const converseReasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  content_filtered: 'refused',
  guardrail_intervened: 'refused',
  refusal: 'refused',
}
const converseSeen = (blocks: readonly Json[], stop: unknown, usage: unknown): Seen => {
  const own = blocks.filter(block => isRecord(block['toolUse']) && at(block, 'toolUse.type') !== 'server_tool_use')
  const cached = count(usage, 'cacheReadInputTokens')
  return {
    text: joined(
      blocks.flatMap(block => [
        block['text'],
        ...records(at(block, 'citationsContent.content')).map(one => one['text']),
      ]),
    ),
    thoughts: joined(blocks.map(block => at(block, 'reasoningContent.reasoningText.text'))),
    refusal: '',
    calls: own.map(block => [words(at(block, 'toolUse.name')), inputOf(at(block, 'toolUse.input'))] as const),
    finish: typeof stop === 'string' ? [converseReasons[stop] ?? 'other'] : [],
    usage: isRecord(usage)
      ? [
          count(usage, 'inputTokens') + cached + count(usage, 'cacheWriteInputTokens'),
          cached,
          count(usage, 'outputTokens'),
          0,
        ]
      : undefined,
  }
}
const converseStreamed = (events: readonly Payload[]): Seen => {
  const named = (name: string): readonly Json[] => events.filter(one => one.name === name).map(({ body }) => body)
  const indexes = [
    ...new Set(
      [...named('contentBlockStart'), ...named('contentBlockDelta')].map(({ contentBlockIndex: index }) => index),
    ),
  ]
  const blocks = indexes.map((index): Json => {
    const mine = named('contentBlockDelta').filter(body => body['contentBlockIndex'] === index)
    const pieces = (path: string): string => joined(mine.map(body => at(body, `delta.${path}`)))
    const use = at(
      named('contentBlockStart').find(body => body['contentBlockIndex'] === index),
      'start.toolUse',
    )
    return {
      text: pieces('text'),
      reasoningContent: { reasoningText: { text: pieces('reasoningContent.text') } },
      ...(isRecord(use) && { toolUse: { ...use, input: pieces('toolUse.input') } }),
    }
  })
  return converseSeen(blocks, named('messageStop').at(-1)?.['stopReason'], named('metadata').at(-1)?.['usage'])
}
export const converse: Reader = {
  whole: body => converseSeen(records(at(body, 'output.message.content')), body['stopReason'], body['usage']),
  streamed: converseStreamed,
}

const cohereReasons: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
}
/** Who is billed for fewer tokens than were read is not told how many of those came from a cache. */
const cohereUsage = (usage: unknown): readonly number[] | undefined => {
  if (!isRecord(usage)) return undefined
  const billed = isRecord(usage['billed_units']) ? 'billed_units' : 'tokens'
  const input = count(usage, `${billed}.input_tokens`)
  const output = count(usage, `${billed}.output_tokens`)
  const isAll = count(usage, 'tokens.input_tokens') === input
  return [
    input,
    isAll ? count(usage, 'cached_tokens') : 0,
    output,
    Math.min(output, count(usage, 'tokens.reasoning_tokens')),
  ]
}
const cohereSeen = (message: Json, finish: unknown, usage: unknown): Seen => ({
  text: joined(records(message['content']).map(part => part['text'])),
  thoughts: words(message['tool_plan']) + joined(records(message['content']).map(part => part['thinking'])),
  refusal: '',
  calls: records(message['tool_calls']).map(
    call => [words(at(call, 'function.name')), inputOf(at(call, 'function.arguments'))] as const,
  ),
  finish: typeof finish === 'string' ? [cohereReasons[finish] ?? 'other'] : [],
  usage: cohereUsage(usage),
})
const cohereStreamed = (events: readonly Payload[]): Seen => {
  const bodies = events.map(({ body }) => body)
  const ofType = (type: string): readonly Json[] => bodies.filter(body => body['type'] === type)
  const pieces = (path: string): string => joined(bodies.map(body => at(body, `delta.message.${path}`)))
  const calls = ofType('tool-call-start').map(start => ({
    function: {
      name: at(start, 'delta.message.tool_calls.function.name'),
      arguments: joined(
        ofType('tool-call-delta')
          .filter(({ index }) => index === start['index'])
          .map(body => at(body, 'delta.message.tool_calls.function.arguments')),
      ),
    },
  }))
  const end = record(ofType('message-end')[0]?.['delta'])
  const content = [{ thinking: pieces('content.thinking'), text: pieces('content.text') }]
  const message = { tool_plan: pieces('tool_plan'), content, tool_calls: calls }
  return cohereSeen(message, end['finish_reason'], end['usage'])
}
export const cohere: Reader = {
  whole: body => cohereSeen(record(body['message']), body['finish_reason'], body['usage']),
  streamed: cohereStreamed,
}
