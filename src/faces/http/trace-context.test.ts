/** W3C trace context, read as its standard wants it read. */
import { describe, expect, it } from 'vitest'
import type { SpanId, TraceId } from '../../domain/ids.ts'
import { traceParentOf, traceResponse } from './trace-context.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const parent = '00f067aa0ba902b7'

describe('traceparent', () => {
  it('is read with its flags and its state', () => {
    expect(traceParentOf({ traceparent: `00-${trace}-${parent}-01`, tracestate: 'a=b' })).toEqual({
      traceId: trace,
      parent,
      sampled: true,
      state: 'a=b',
    })
    expect(traceParentOf({ traceparent: `00-${trace}-${parent}-02` })?.sampled).toBe(false)
  })
  it('of a version to come may be longer', () => {
    expect(traceParentOf({ traceparent: `01-${trace}-${parent}-01-more` })?.traceId).toBe(trace)
  })
  it.each([
    `00-${trace}-${parent}`,
    `00-${trace}-${parent}-01-more`,
    `ff-${trace}-${parent}-01`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    `00-${trace.slice(1)}-${parent}-01`,
    '',
    'nonsense',
  ])('that is malformed begins a new trace: %s', traceparent => {
    expect(traceParentOf({ traceparent, tracestate: 'a=b' })).toBeUndefined()
  })
  it('passes on no list that is too long', () => {
    const long = traceParentOf({ traceparent: `00-${trace}-${parent}-01`, tracestate: 'a'.repeat(513) })
    expect(long).toEqual({ traceId: trace, parent, sampled: true })
  })
})

describe('traceresponse', () => {
  it('names the trace and our span', () => {
    expect(traceResponse(trace as TraceId, parent as SpanId, false)).toBe(`00-${trace}-${parent}-00`)
  })
})
