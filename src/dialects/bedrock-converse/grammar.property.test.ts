/** Whatever events come in whatever order, the frames of a stream keep the grammar of Converse. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { Frame } from '../../ports/dialect.ts'
import { eventStream } from '../event-stream.ts'
import { bedrockConverse } from './index.ts'

const context = { id: 'r', model: 'm', now: 0 as Instant, streamUsage: true }
const text = fc.string({ minLength: 1, maxLength: 5 })
const pieces = fc.array(text, { maxLength: 3 })

/** All events of one block, whose number is told later. */
type Block = (block: number) => readonly StreamEvent[]
const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  pieces.map((all): Block => block => [
    { type: 'text-start', block },
    ...all.map(piece => ({ type: 'text-delta' as const, block, text: piece })),
    { type: 'text-end', block },
  ]),
  text.map((words): Block => block => [{ type: 'refusal-delta', block, text: words }]),
  fc.tuple(pieces, fc.option(text, { nil: undefined })).map(([all, signature]): Block => block => [
    { type: 'reasoning-start', block },
    ...all.map(piece => ({ type: 'reasoning-delta' as const, block, text: piece })),
    { type: 'reasoning-end', block, ...(signature !== undefined && { signature }) },
  ]),
  text.map((redacted): Block => block => [
    { type: 'reasoning-start', block, redacted },
    { type: 'reasoning-end', block },
  ]),
  fc.tuple(text, pieces).map(([callId, all]): Block => block => [
    { type: 'tool-call-start', block, callId, name: 'f' },
    ...all.map(input => ({ type: 'tool-call-delta' as const, block, input })),
    { type: 'tool-call-end', block },
  ]),
  fc.constant<Block>(block => [
    {
      type: 'opaque',
      block,
      dialect: bedrockConverse.id,
      kind: 'toolResult',
      value: { toolResult: { toolUseId: 't', content: [{ text: 'x' }] } },
    },
  ]),
)
/** Blocks whose events come in turns, as providers send calls in parallel; some of them break off. */
const anyEvents: fc.Arbitrary<readonly StreamEvent[]> = fc
  .tuple(fc.array(anyBlock, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 40 }))
  .map(([blocks, turns]) => {
    const left = blocks.map((make, block) => [...make(block)])
    return turns.flatMap(turn => {
      const open = left.filter(events => events.length > 0)
      return open.length === 0 ? [] : (open[turn % open.length]?.splice(0, 1) ?? [])
    })
  })

/** One block at a time, numbered from 0, each with a piece or a start of its own before its stop, and nothing outside of them. */
const expectGrammar = (frames: readonly Frame[]): void => {
  const kinds = frames.map(frame => frame.event)
  expect([kinds[0], ...kinds.slice(-2)]).toEqual(['messageStart', 'messageStop', 'metadata'])
  let next = 0
  let open: number | undefined
  const ids = new Set<unknown>()
  for (const { event: kind, data } of frames.slice(1, -2)) {
    const { contentBlockIndex: index, start } = JSON.parse(data)
    if (kind === 'contentBlockStart') {
      expect(open).toBeUndefined()
      if (start.toolUse !== undefined) {
        expect(ids.has(start.toolUse.toolUseId)).toBe(false)
        ids.add(start.toolUse.toolUseId)
      }
    }
    if (kind === 'contentBlockStop') expect(open).toBe(index)
    else if (open === undefined) {
      expect(index).toBe(next++)
      open = index
    }
    expect(index).toBe(open)
    if (kind === 'contentBlockStop') open = undefined
  }
  expect(open).toBeUndefined()
}

describe('a stream of Converse', () => {
  it('keeps its grammar, whatever it is made of', () => {
    fc.assert(
      fc.property(anyEvents, events => {
        const encoder = bedrockConverse.encodeStream(context)
        expectGrammar([...events, { type: 'response-end' } as const].flatMap(one => encoder.push(one)))
        expect(encoder.push({ type: 'text-delta', block: 9, text: 'late' })).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
  it('that fails ends in an exception and nothing else', () => {
    fc.assert(
      fc.property(anyEvents, events => {
        const encoder = bedrockConverse.encodeStream(context)
        const before = events.flatMap(one => encoder.push(one))
        const failed = encoder.push({ type: 'response-failed', failure: { kind: 'stream-broken', message: 'm' } })
        expect(failed).toMatchObject([{ event: 'modelStreamErrorException', isException: true }])
        expect(before.some(({ event: kind }) => kind === 'messageStop')).toBe(false)
        expect(eventStream.split().push(eventStream.join().write(failed) as Uint8Array)).toEqual(failed)
      }),
    )
  })
})
