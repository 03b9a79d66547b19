/** What a request cost stands beside the usage, and every other byte stays. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../ports/dialect.ts'
import { eventStream } from './event-stream.ts'
import { hasUsage, withCost } from './tell-cost.ts'

const told = (text: string): string => new TextDecoder().decode(withCost(new TextEncoder().encode(text), 0.000345))

const has = (text: string): boolean => hasUsage(new TextEncoder().encode(text))

describe('hasUsage', () => {
  it('knows the last usage in each dialect', () => {
    expect(has('data: {"choices":[],"usage":{"prompt_tokens":1}}')).toBe(true)
    expect(has('data: {"choices": [ ], "usage": {"prompt_tokens": 1}}')).toBe(true)
    expect(has('data: {"choices":[{"finish_reason":"stop"}],"usage":{}}')).toBe(true)
    expect(has('event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":1}}')).toBe(true)
    expect(has('data: {"type":"response.completed","response":{"tools":[],"usage":{"input_tokens":1}}}')).toBe(true)
    expect(has('data: {"type":"message-end","delta":{"usage":{"billed_units":{"input_tokens":1}}}}')).toBe(true)
    expect(has('data: {"candidates":[{"finishReason": "STOP"}],"usageMetadata":{"promptTokenCount":1}}')).toBe(true)
  })
  it('holds nothing back that is not the last', () => {
    expect(has('data: {"candidates":[{"index":0}],"usageMetadata":{"promptTokenCount":1}}')).toBe(false)
    expect(has('data: {"choices":[{"finish_reason":null}],"usage":{"prompt_tokens":1}}')).toBe(false)
    expect(has('data: {"choices":[],"usage":null}')).toBe(false)
    expect(has('data: {"type":"response.created","response":{"usage":{"input_tokens":1}}}')).toBe(false)
    expect(has('data: {"type":"message_start","message":{"usage":{}}}')).toBe(false)
  })
})

describe('withCost', () => {
  it('puts it first into the usage', () => {
    expect(told('data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n')).toBe(
      'data: {"choices":[],"usage":{"cost_usd":0.000345,"prompt_tokens":1}}\n\n',
    )
    expect(told('{"usageMetadata": {"promptTokenCount": 1}}')).toBe(
      '{"usageMetadata": {"cost_usd":0.000345,"promptTokenCount": 1}}',
    )
    expect(told('{"usage" : { }}')).toBe('{"usage" : {"cost_usd":0.000345 }}')
  })
  it('leaves bytes without usage as they are', () => {
    for (const text of ['', 'data: [DONE]\n\n', '{"usage":null}', '{"usage":3}', '"usage"', '{"usage":'])
      expect(told(text)).toBe(text)
  })
  it('takes the last where several frames came together', () => {
    expect(told('{"usage":{"a":1}} {"usage":{"b":2}}')).toBe('{"usage":{"a":1}} {"usage":{"cost_usd":0.000345,"b":2}}')
  })
  it('does not take what a model said for usage', () => {
    const said = JSON.stringify({ delta: '{"usage":{"x":1}}' })
    expect(told(said)).toBe(said)
  })
  it('goes into a message of an event stream, which keeps its checksums', () => {
    const metadata = '{"metrics":{"latencyMs":3},"usage":{"inputTokens":1}}'
    const frames: readonly Frame[] = [
      { event: 'messageStart', data: '{"role":"assistant"}' },
      { event: 'metadata', data: metadata },
    ]
    const bytes = eventStream.join().write(frames) as Uint8Array
    expect(hasUsage(bytes)).toBe(true)
    const splitter = eventStream.split()
    expect(splitter.push(withCost(bytes, 0.5))).toEqual([
      frames[0],
      { event: 'metadata', data: metadata.replace('{"inputTokens"', '{"cost_usd":0.5,"inputTokens"') },
    ])
    expect(splitter.fault).toBeUndefined()
    const none = eventStream.join().write(frames.slice(0, 1)) as Uint8Array
    expect(withCost(none, 0.5)).toEqual(none)
    const half = bytes.subarray(0, bytes.length - 1)
    expect(withCost(half, 0.5)).toBe(half)
  })
  it('gives JSON that differs in nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.integer()), (other, usage) => {
        const plain = { other, usage: { ...usage } }
        const { cost_usd: cost, ...rest } = JSON.parse(told(JSON.stringify(plain))).usage
        expect(cost).toBe(0.000345)
        expect(rest).toEqual(JSON.parse(JSON.stringify({ ...usage, cost_usd: undefined })))
      }),
    )
  })
})
