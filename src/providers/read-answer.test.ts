/** Answers read as they were asked for and as they came, in every combination. */
import { describe, expect, it } from 'vitest'
import { fakeDialect } from '../../test/fake-dialect.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Instant } from '../domain/units.ts'
import { bedrockConverse } from '../dialects/bedrock-converse/index.ts'
import { eventStream } from '../dialects/event-stream.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import type { Dialect } from '../ports/dialect.ts'
import { classify, reclassify } from './classify.ts'
import { readAnswer } from './read-answer.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const json = { 'content-type': 'application/json; charset=utf-8' }
const sse = { 'content-type': 'text/event-stream' }

interface Asked {
  readonly express?: boolean
  readonly stream?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly dialect?: Dialect
  readonly names?: ReadonlyMap<string, string>
}
const reader = ({ express = false, stream = false, headers = json, dialect = fakeDialect, names }: Asked) =>
  readAnswer(
    {
      who: 'them',
      dialect,
      ...(names !== undefined && { names }),
      express,
      stream,
      streamUsage: false,
      failureIn: body => classify('them', { status: 200, headers: {}, body, now: 0 as Instant }),
      refine: reclassify,
    },
    { status: 200, headers },
  )
/** All deliveries of this body, cut at these places. */
const read = (asked: Asked, body: string | Uint8Array, cut = Infinity): readonly Delivery[] => {
  const one = reader(asked)
  const all = typeof body === 'string' ? bytes(body) : body
  const found: Delivery[] = []
  for (let at = 0; at < all.length; at += cut) found.push(one.push(all.subarray(at, Math.min(all.length, at + cut))))
  return [...found, one.end()]
}
const texts = (deliveries: readonly Delivery[]): string =>
  deliveries
    .flatMap(one => one.events ?? [])
    .map(event => (event.type === 'text-delta' ? event.text : ''))
    .join('')
const failures = (deliveries: readonly Delivery[]) => deliveries.flatMap(one => one.failure ?? [])

describe('readAnswer', () => {
  it('passes a whole answer on untouched on the express lane', () => {
    const deliveries = read({ express: true }, '{"text":"hi","new":1}', 3)
    expect(new TextDecoder().decode(deliveries.at(-1)?.bytes)).toBe('{"text":"hi","new":1}')
    expect(deliveries.slice(0, -1).every(one => one.bytes === undefined)).toBe(true)
  })
  it('scans a stream on the express lane', () => {
    const deliveries = read({ express: true, stream: true, headers: sse }, 'data: a\n\n')
    expect(deliveries[0]?.bytes).toEqual(bytes('data: a\n\n'))
    expect(deliveries.at(-1)?.ended).toBe(true)
  })
  it('decodes a whole answer on the translated lane', () => {
    const deliveries = read({}, '{"text":"hi"}', 1)
    expect(texts(deliveries)).toBe('hi')
    expect(deliveries.at(-1)).toMatchObject({ content: true, ended: true, finish: 'stop' })
  })
  it('decodes a stream on the translated lane, wherever it is cut', () => {
    const body = 'data: é\n\ndata: b\r\n\r\ndata: .\n\n'
    for (let cut = 1; cut < 30; cut += 1) expect(texts(read({ stream: true, headers: sse }, body, cut))).toBe('éb')
  })
  it('tells an answer in events where a stream was asked for and a whole answer came', () => {
    const one = reader({ express: true, stream: true })
    one.push(bytes('{"text":"hi"}'))
    expect(one.lane).toBe('translated')
    expect(texts([one.end()])).toBe('hi')
  })
  it('tells an answer in events where a whole answer was asked for and a stream came', () => {
    const one = reader({ express: true, headers: sse })
    expect(one.lane).toBe('express')
    expect(texts([one.push(bytes('data: a\n\ndata: .\n\n')), one.end()])).toBe('a')
    expect(one.lane).toBe('translated')
  })
  it('knows JSON and streams by their first byte under any content type', () => {
    expect(texts(read({ headers: { 'content-type': 'application/octet-stream' } }, '\ufeff {"text":"hi"}'))).toBe('hi')
    expect(texts(read({ headers: sse }, '{"text":"hi"}'))).toBe('hi')
    expect(texts(read({ stream: true, headers: {} }, ': comment\n\ndata: a\n\ndata: .\n\n'))).toBe('a')
  })
  it('fails with the first words of a page', () => {
    const found = failures(
      read(
        { express: true, headers: { 'content-type': 'text/html' } },
        '<html><body><h1>Sign in</h1>key sk-abcdefghijk</body>',
        100,
      ),
    )
    expect(found).toMatchObject([{ kind: 'upstream-garbled', message: expect.stringContaining('Sign in') }])
    expect(found[0]?.message).not.toContain('sk-abc')
  })
  it('fails on an empty body, asked for whole or streamed', () => {
    for (const stream of [true, false])
      for (const express of [true, false])
        expect(failures(read({ stream, express }, '')), `${stream} ${express}`).toMatchObject([
          { kind: 'upstream-garbled' },
        ])
  })
  it('fails on broken JSON and on JSON that is no answer', () => {
    for (const express of [true, false]) {
      expect(failures(read({ express }, '{"text":"h'))).toMatchObject([{ kind: 'upstream-garbled' }])
      expect(failures(read({ express }, '{"other":1}'))).toMatchObject([{ kind: 'upstream-garbled' }])
    }
  })
  it('classifies an error object inside a good answer', () => {
    for (const express of [true, false])
      for (const stream of [true, false])
        expect(
          failures(read({ express, stream }, '{"error":{"code":"rate_limit_exceeded","message":"slow"}}')),
        ).toMatchObject([{ kind: 'upstream-rate-limited' }])
  })
  it('knows an error body of every shape, and takes no answer with an empty error member for one', () => {
    for (const body of [
      '{"type":"error"}',
      '{"object":"error","message":"m"}',
      '{"error":"m"}',
      '{"error":{"message":"m"}}',
    ]) {
      expect(failures(read({}, body)), body).toMatchObject([{ message: expect.stringContaining('them answered 200') }])
    }
    for (const error of ['null', '{}', '""']) expect(texts(read({}, `{"text":"hi","error":${error}}`))).toBe('hi')
  })
  it('takes no JSON by name for a stream because of its first letter', () => {
    expect(failures(read({ stream: true }, 'denied'))).toMatchObject([{ kind: 'upstream-garbled' }])
    expect(failures(read({ stream: true, headers: {} }, 'upstream connect error'))).toMatchObject([
      { kind: 'upstream-garbled' },
    ])
  })
  it('tells the kind of an error inside a stream exactly, in delivery and event', () => {
    const deliveries = read({ stream: true, headers: sse }, 'data: a\n\ndata: !overloaded_error\n\n')
    expect(deliveries[0]?.failure?.kind).toBe('upstream-overloaded')
    expect(deliveries[0]?.events?.at(-1)).toMatchObject({
      type: 'response-failed',
      failure: { kind: 'upstream-overloaded' },
    })
  })
  it('tells that a stream was cut off', () => {
    expect(failures(read({ stream: true, headers: sse }, 'data: a\n\n'))).toMatchObject([{ kind: 'stream-broken' }])
  })
  it('takes no frame that the end cut off for words of the answer', () => {
    const deliveries = read({ stream: true, headers: sse }, 'data: a\n\ndata: {"b')
    expect(texts(deliveries)).toBe('a')
    expect(failures(deliveries)).toMatchObject([{ kind: 'stream-broken' }])
    expect(texts(read({ stream: true, headers: sse }, 'data: a\n\ndata: b'))).toBe('ab')
    expect(texts(read({ stream: true, headers: sse }, 'data: a\n\ndata: [DO'))).toBe('a')
  })
  it('knows a binary stream by its first byte, whatever a proxy calls it and whether it was asked for', () => {
    const events = ['messageStart', 'contentBlockDelta', 'messageStop']
    const data = ['{"role":"assistant"}', '{"contentBlockIndex":0,"delta":{"text":"hi"}}', '{"stopReason":"end_turn"}']
    const joiner = eventStream.join()
    const body = joiner.write(events.map((event, place) => ({ event, data: data[place] ?? '' })))
    for (const stream of [true, false]) {
      for (const type of ['application/octet-stream', 'application/vnd.amazon.eventstream', 'application/json']) {
        const deliveries = read({ stream, headers: { 'content-type': type }, dialect: bedrockConverse }, body, 50)
        expect(texts(deliveries)).toBe('hi')
        expect(failures(deliveries)).toEqual([])
      }
    }
  })
  it('fails on packed bytes, which nobody asked for', () => {
    const found = failures(
      read({ headers: { ...json, 'content-encoding': 'gzip' } }, new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2, 3]), 2),
    )
    expect(found).toMatchObject([{ kind: 'upstream-garbled', message: expect.stringContaining('gzip') }])
  })
  it('gives up on a whole answer of more than 64 MiB, once, and keeps nothing of it', () => {
    const one = reader({})
    const chunk = new Uint8Array(8 * 1024 * 1024).fill(32)
    chunk[0] = 123
    const found = Array.from({ length: 10 }, () => one.push(chunk))
    expect(failures([...found, one.end()])).toMatchObject([
      { kind: 'upstream-garbled', message: expect.stringContaining('64 MiB') },
    ])
  })
  it('never throws, whatever the bytes are', () => {
    for (const first of ['data: ', '{"a":', '<', '\u0000', 'x', 'd', '[', '"', 'event: e\ndata: !\n\n'])
      for (const stream of [true, false])
        for (const express of [true, false])
          for (const headers of [json, sse, {}])
            expect(() => read({ stream, express, headers }, `${first}\ud800\u0007${'z'.repeat(50)}`, 7)).not.toThrow()
  })
})

describe('names of tools', () => {
  const long = `mcp__${'server'.repeat(12)}__read`
  const short = openaiChat.toolName?.(long) ?? ''
  const call = { index: 0, id: 'c', type: 'function', function: { name: short, arguments: '{}' } }
  const namesIn = (stream: boolean, body: unknown): readonly string[] =>
    read(
      { dialect: openaiChat, stream, headers: stream ? sse : json, names: new Map([[short, long]]) },
      `${stream ? 'data: ' : ''}${JSON.stringify(body)}\n\n`,
    )
      .flatMap(({ events = [] }) => events)
      .flatMap(event => (event.type === 'tool-call-start' ? [event.name] : []))

  it('that had to be made to fit come back as the client wrote them', () => {
    expect(short).toHaveLength(64)
    const message = { role: 'assistant', content: null, tool_calls: [call] }
    expect(namesIn(false, { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] })).toEqual([long])
    expect(namesIn(true, { id: 'c', model: 'm', choices: [{ index: 0, delta: { tool_calls: [call] } }] })).toEqual([
      long,
    ])
  })
})
