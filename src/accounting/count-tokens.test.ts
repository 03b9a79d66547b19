/** The estimate held against what providers really counted for recorded requests. */
import { describe, expect, test } from 'vitest'
import type { DialectId } from '../domain/ids.ts'
import type { Message, Part } from '../domain/message.ts'
import type { Tool } from '../domain/request.ts'
import { recordings } from '../../test/recordings.ts'
import { hasShared } from '../../test/shared.ts'
import { countedIn, isBeyondCounting, isRecord, listOf, textOf } from '../../test/counted-usage.ts'
import type { Json } from '../../test/counted-usage.ts'
import { estimateTokens } from './count-tokens.ts'
import type { Countable } from './count-tokens.ts'

/** A rough reader of both dialects: only what counts. */
const partsOf = (content: unknown): readonly Part[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return listOf(content).map((block): Part => {
    const kind = textOf(block['type'])
    if (kind === 'tool_use')
      return { type: 'tool-call', callId: '', name: textOf(block['name']), input: JSON.stringify(block['input']) }
    if (kind === 'tool_result')
      return { type: 'tool-result', callId: '', output: partsOf(block['content']), isError: false }
    if (kind === 'thinking') return { type: 'reasoning', text: textOf(block['thinking']) }
    if (kind.startsWith('image')) return { type: 'image', mediaType: '', source: { url: '' } }
    if (kind === 'input_audio') return { type: 'audio', mediaType: '', source: { base64: '' } }
    if (kind === 'file' || kind === 'document') return { type: 'file', mediaType: '', source: { base64: '' } }
    if (typeof block['text'] === 'string') return { type: 'text', text: block['text'] }
    return { type: 'opaque', dialect: 'x' as DialectId, kind, value: block }
  })
}
const messageOf = (message: Json): Message => ({
  role: 'user',
  parts: [
    ...partsOf(message['content']),
    ...listOf(message['tool_calls']).map((call): Part => {
      const called = isRecord(call['function']) ? call['function'] : {}
      return { type: 'tool-call', callId: '', name: textOf(called['name']), input: textOf(called['arguments']) }
    }),
  ],
})
const toolOf = (tool: Json): Tool => {
  const described = isRecord(tool['function']) ? tool['function'] : tool
  return {
    name: textOf(described['name']),
    description: textOf(described['description']),
    inputSchema: described['parameters'] ?? described['input_schema'],
  }
}
const countable = (body: Json): Countable => {
  const format = isRecord(body['response_format']) ? body['response_format']['json_schema'] : undefined
  return {
    messages: [
      ...(body['system'] === undefined ? [] : [messageOf({ content: body['system'] })]),
      ...listOf(body['messages']).map(messageOf),
    ],
    tools: listOf(body['tools']).map(toolOf),
    output: isRecord(format) ? { type: 'json', schema: format['schema'] } : { type: 'text' },
  }
}

interface Measured {
  readonly id: string
  readonly group: string
  readonly real: number
  readonly error: number
}
const measure = (): readonly Measured[] => {
  const measured: Measured[] = []
  for (const recording of recordings()) {
    const { body } = recording.request
    const isCounted = /^(?:chat|messages|count_tokens)$/.test(recording.surface) && recording.response.status === 200
    if (!isCounted || !isRecord(body) || isBeyondCounting(body)) continue
    const real = countedIn(recording)
    if (real === 0) continue
    const request = countable(body)
    const group = `${recording.provider}${request.tools.length > 0 ? ' with tools' : ''}`
    measured.push({ id: recording.id, group, real, error: estimateTokens(request) / real - 1 })
  }
  return measured
}
const quantile = (values: readonly number[], at: number): number =>
  [...values].sort((left, right) => left - right)[Math.floor(at * (values.length - 1))] ?? Number.NaN

describe.skipIf(!hasShared)('estimates against the counts of providers', () => {
  test('the median error over all recorded requests is under a third', () => {
    const measured = measure()
    const groups = Map.groupBy(measured, one => one.group)
    for (const [group, ones] of [...groups].sort(([left], [right]) => (left < right ? -1 : 1))) {
      const errors = ones.map(one => one.error)
      console.log(
        `${group.padEnd(36)} ${String(ones.length).padStart(4)}  real ${quantile(
          ones.map(one => one.real),
          0.5,
        )}  error`,
        [0.1, 0.5, 0.9].map(at => `${Math.round(quantile(errors, at) * 100)} %`).join('  '),
      )
    }
    const sizes = measured.map(one => Math.abs(one.error))
    console.log(
      measured.length,
      [0.5, 0.75, 0.9].map(at => quantile(sizes, at).toFixed(3)),
    )
    expect(measured.length).toBeGreaterThan(300)
    expect(quantile(sizes, 0.5)).toBeLessThan(0.33)
  })
})
