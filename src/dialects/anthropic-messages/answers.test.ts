/** Answers through the tool that is the answer, ends that agree with the content, and ids that come back. */
import { describe, expect, it } from 'vitest'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { Frame } from '../../ports/dialect.ts'
import { readCallId } from './call-id.ts'
import { anthropicMessages } from './index.ts'
import { answerTool } from './output.ts'
import { isRecord } from '../../domain/json.ts'

const context = { id: 'req_1', model: 'm', now: 0 as Instant, streamUsage: true }
const frame = (data: Record<string, unknown>): Frame => ({ data: JSON.stringify(data) })

const start = frame({ type: 'message_start', message: { id: 'msg_1', model: 'claude', content: [], usage: {} } })
const end = frame({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } })
const callFrames = (index: number, name: string, pieces: readonly string[]): readonly Frame[] => [
  frame({
    type: 'content_block_start',
    index,
    content_block: { type: 'tool_use', id: `toolu_${index}`, name, input: {} },
  }),
  ...pieces.map(partial_json =>
    frame({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } }),
  ),
  frame({ type: 'content_block_stop', index }),
]
const decode = (...frames: readonly Frame[]): readonly StreamEvent[] => {
  const decoder = anthropicMessages.decodeStream()
  return [
    ...[start, ...frames, end, frame({ type: 'message_stop' })].flatMap(one => decoder.push(one)),
    ...decoder.end(),
  ]
}
const whole = (...content: readonly unknown[]) =>
  collect(
    anthropicMessages.decodeAnswer({
      id: 'msg_1',
      model: 'claude',
      content,
      stop_reason: 'tool_use',
      usage: { output_tokens: 3 },
    }),
  )

describe('the tool that is the answer', () => {
  it('is read as text that ends by itself, streamed as it comes', () => {
    const events = decode(...callFrames(0, answerTool, ['', '{"size"', ':3}']))
    expect(events.filter(({ type }) => type === 'text-delta')).toHaveLength(2)
    expect(collect(events)).toMatchObject({
      choices: [{ parts: [{ type: 'text', text: '{"size":3}' }], reason: 'stop', raw: 'end_turn' }],
      ended: true,
    })
  })
  it('is read the same from a whole answer', () => {
    expect(whole({ type: 'tool_use', id: 'toolu_0', name: answerTool, input: { size: 3 } })).toEqual(
      collect(decode(...callFrames(0, answerTool, ['{"size":3}']))),
    )
    expect(whole({ type: 'tool_use', id: 'toolu_0', name: answerTool, input: {} }).choices[0]?.parts).toEqual([
      { type: 'text', text: '{}' },
    ])
    expect(collect(decode(...callFrames(0, answerTool, ['']))).choices[0]?.parts).toEqual([
      { type: 'text', text: '{}' },
    ])
  })
  it('is not the end if a tool of the client was called beside it', () => {
    const events = decode(...callFrames(0, answerTool, ['{}']), ...callFrames(1, 'look', ['{}']))
    expect(collect(events).choices[0]).toMatchObject({ reason: 'tool-calls', raw: 'tool_use' })
  })
})

const written = (...events: readonly StreamEvent[]) => {
  const all: readonly StreamEvent[] = [{ type: 'response-start', model: 'm' }, ...events, { type: 'response-end' }]
  const encoder = anthropicMessages.encodeStream(context)
  const frames = all.flatMap(event => encoder.push(event)).map(({ data }): unknown => JSON.parse(data))
  const last = frames.find(one => isRecord(one) && one['type'] === 'message_delta')
  const { value } = anthropicMessages.encodeAnswer(all, context)
  const streamed = isRecord(last) && isRecord(last['delta']) ? last['delta']['stop_reason'] : undefined
  expect(streamed).toBe(value['stop_reason'])
  return { reason: value['stop_reason'], frames, value }
}
const called: readonly StreamEvent[] = [
  { type: 'tool-call-start', block: 0, callId: 'functions.look:0', name: 'look' },
  { type: 'tool-call-end', block: 0 },
]

describe('the stop reason', () => {
  it.each([
    ['tool_use', 'a call that was forced by name', [...called, { type: 'choice-end', reason: 'stop', raw: 'stop' }]],
    ['end_turn', 'calls that are not there', [{ type: 'choice-end', reason: 'tool-calls', raw: 'tool_calls' }]],
    [
      'refusal',
      'a refusal in words',
      [
        { type: 'refusal-delta', block: 0, text: 'no' },
        { type: 'choice-end', reason: 'stop' },
      ],
    ],
    ['refusal', 'a filter', [{ type: 'choice-end', reason: 'refused', raw: 'content_filter' }]],
    ['max_tokens', 'a limit', [...called, { type: 'choice-end', reason: 'length', raw: 'length' }]],
    ['stop_sequence', 'a stop sequence', [{ type: 'choice-end', reason: 'stop', raw: 'stop', stopSequence: '\n' }]],
    ['pause_turn', "Anthropic's own word", [...called, { type: 'choice-end', reason: 'stop', raw: 'pause_turn' }]],
    ['end_turn', 'no word at all', []],
  ] as const)('is %s after %s', (reason, _after, events) => {
    expect(written(...events).reason).toBe(reason)
  })
})

describe('ids of calls', () => {
  it('fit, and come back as the upstream gave them', () => {
    const { value } = written(...called)
    const [block] = value['content'] as { id: string }[]
    expect(block?.id).toMatch(/^[a-zA-Z0-9_-]+$/)
    expect(readCallId(block?.id ?? '')).toBe('functions.look:0')
    const read = anthropicMessages.decodeRequest({
      model: 'm',
      max_tokens: 1,
      messages: [
        { role: 'user', content: 'go' },
        { role: 'assistant', content: [{ ...block, type: 'tool_use' }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: block?.id, content: 'ok' }] },
      ],
    })
    expect(read).toMatchObject({
      value: {
        messages: [{}, { parts: [{ callId: 'functions.look:0' }] }, { parts: [{ callId: 'functions.look:0' }] }],
      },
    })
  })
  it('of others stay as they are, whatever they begin with', () => {
    for (const id of ['toolu_01A', 'call_1', 'sb64_', 'sb64_Y2FsbA', 'sb64_!!', 'sb64_Y2FsbC4x_2', '']) {
      expect(readCallId(id)).toBe(id)
    }
    expect(readCallId('sb64_Y2FsbC4x')).toBe('call.1')
  })
})
