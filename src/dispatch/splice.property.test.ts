/** Laws of an answer made of two, over recorded streams of every dialect, cut anywhere: one answer, nothing twice, no call twice, no end that was not told. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { streamedAnswers as chats } from '../../test/chat-recordings.ts'
import { requestOf } from '../../test/fake-dialect.ts'
import { streamedAnswers as geminis } from '../../test/gemini-recordings.ts'
import { streamedResponses } from '../../test/responses-recordings.ts'
import { hasShared } from '../../test/shared.ts'
import { recordings } from '../../test/recordings.ts'
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { serverSentEvents } from '../dialects/framing.ts'
import { gemini } from '../dialects/gemini/index.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { openaiResponses } from '../dialects/openai-responses/index.ts'
import { deliveryOf } from '../domain/delivery.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { DeploymentId, DialectId, ModelId, ProviderId } from '../domain/ids.ts'
import { collect } from '../domain/response.ts'
import type { Answer } from '../domain/response.ts'
import type { StreamEvent, Usage } from '../domain/stream-event.ts'
import { tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { Dialect } from '../ports/dialect.ts'
import type { Asked } from '../ports/provider.ts'
import { Splice } from './splice.ts'

const dialects: readonly Dialect[] = [openaiChat, anthropicMessages, openaiResponses, gemini]
const context = { id: 'req-1', model: 'm', now: 1000 as Instant, streamUsage: true }

const eventsOf = (dialect: Dialect, text: string): readonly StreamEvent[] => {
  const splitter = (dialect.framing ?? serverSentEvents).split()
  const decoder = dialect.decodeStream()
  const frames = [...splitter.push(new TextEncoder().encode(text)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}

const messages = hasShared
  ? [...recordings()].filter(({ surface, response }) => surface === 'messages' && response.status < 300)
  : []
const texts: readonly (readonly [Dialect, string])[] = hasShared
  ? [
      ...chats.map(({ text }) => [openaiChat, text] as const),
      ...streamedResponses.map(({ text }) => [openaiResponses, text] as const),
      ...geminis.map(({ text }) => [gemini, text] as const),
      ...messages.map(({ response }) => [anthropicMessages, response.body.text ?? ''] as const),
    ]
  : []

const onlyText = (events: readonly StreamEvent[]): string =>
  events.map(event => (event.type === 'text-delta' ? event.text : '')).join('')
const count = (events: readonly StreamEvent[], type: StreamEvent['type']): number =>
  events.filter(event => event.type === type).length

const next: Candidate = {
  id: 'next' as DeploymentId,
  provider: 'next' as ProviderId,
  model: 'next' as ModelId,
  dialect: 'fake' as DialectId,
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
}
const usage: Usage = {
  input: tokens(7),
  inputCached: tokens(0),
  inputCacheWritten: tokens(0),
  output: tokens(3),
  reasoning: tokens(0),
}

/** The rest as another would write it, in pieces of this length. */
const writing = (text: string, length: number): readonly StreamEvent[] => {
  const pieces = text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []
  return [
    { type: 'response-start', model: 'next', upstreamId: 'another' },
    { type: 'reasoning-start', block: 0 },
    { type: 'reasoning-delta', block: 0, text: 'let me think' },
    { type: 'reasoning-end', block: 0 },
    { type: 'text-start', block: 1 },
    ...pieces.map(piece => ({ type: 'text-delta', block: 1, text: piece }) as const),
    { type: 'text-end', block: 1 },
    { type: 'choice-end', reason: 'stop' },
    { type: 'usage', usage },
    { type: 'response-end' },
  ]
}

interface Spliced {
  /** What was shown before the cut. */
  readonly shown: readonly StreamEvent[]
  readonly all: readonly StreamEvent[]
}

/** The answer cut after so many events and gone on with; undefined where that may not be. */
const spliced = (
  events: readonly StreamEvent[],
  cut: number,
  how: {
    readonly goesOn: NonNullable<Asked['goesOn']>
    readonly text: (shown: string) => string
    readonly piece: number
  },
): Spliced | undefined => {
  const splice = new Splice(requestOf({ stream: true }))
  const shown = events.slice(0, cut)
  for (const event of shown) splice.hear(deliveryOf([event]))
  if (!splice.breaks({ kind: 'stream-broken', message: 'cut' })) return undefined
  splice.pay({ ...usage, input: tokens(100), output: tokens(9) })
  const seam = splice.seam(next, how.goesOn)
  const joined = writing(how.text(onlyText(shown)), how.piece).flatMap(
    event => seam.join(deliveryOf([event]))?.events ?? [],
  )
  return { shown, all: [...shown, ...joined] }
}

/** As a client of this dialect reads it, once written and read again. */
const readBy = (dialect: Dialect, events: readonly StreamEvent[]): Answer => {
  const encoder = dialect.encodeStream(context)
  const decoder = dialect.decodeStream()
  const frames = events.flatMap(event => encoder.push(event))
  return collect([...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()])
}

const endings: readonly StreamEvent['type'][] = ['response-end', 'response-failed']
const goodEvents = texts
  .map(([dialect, text]) => eventsOf(dialect, text).filter(({ type }) => !endings.includes(type)))
  .filter(events => events.length > 4)

const ways: readonly Parameters<typeof spliced>[2][] = [
  {
    goesOn: { by: 'prefill', repeats: false },
    text: shown => (/\s$/.test(shown) ? '' : ' ') + 'and the end.',
    piece: 3,
  },
  {
    goesOn: { by: 'prefill', repeats: true },
    text: shown => `${shown.trimEnd()}${/\s$/.test(shown) ? '' : ' '}and the end.`,
    piece: 5,
  },
  { goesOn: { by: 'instruction', repeats: true }, text: shown => `${shown.slice(-40)} and the end.`, piece: 4 },
]

describe.skipIf(!hasShared)('a recorded stream, cut after any event', () => {
  it('is there in hundreds', () => {
    expect(goodEvents.length).toBeGreaterThan(100)
  })

  it('is one answer with what another adds to it, for a client of any dialect', () => {
    let gone = 0
    const law = (events: readonly StreamEvent[], at: number, dialect: Dialect, way: (typeof ways)[number]): void => {
      const cut = 1 + (at % events.length)
      const found = spliced(events, cut, way)
      if (found === undefined) return
      gone += 1
      const { shown, all } = found
      const words = onlyText(shown)
      const whole = onlyText(all)
      expect(whole.startsWith(words)).toBe(true)
      expect(whole.slice(words.length).replace(/^\s/, '')).toBe('and the end.')
      for (const once of ['response-start', 'choice-end', 'response-end'] as const)
        expect(count(all, once), once).toBeLessThanOrEqual(1)
      expect(count(all, 'tool-call-start')).toBe(0)
      expect(count(all, 'reasoning-delta')).toBe(count(shown, 'reasoning-delta'))
      const read = readBy(dialect, all)
      expect(read.ended).toBe(true)
      expect(read.failure).toBeUndefined()
      const told = read.choices[0]?.parts.map(part => (part.type === 'text' ? part.text : '')).join('')
      expect(told).toBe(whole)
      expect(read.usage).toMatchObject({ input: 107, output: 12 })
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...goodEvents),
        fc.nat(),
        fc.constantFrom(...dialects),
        fc.constantFrom(...ways),
        law,
      ),
      { numRuns: 2_000 },
    )
    // Most of what was recorded can be gone on with somewhere.
    expect(gone).toBeGreaterThan(300)
  })

  it('is left alone once it has called, refused, shown a picture, or told its end', () => {
    const barred = new Set<StreamEvent['type']>(['tool-call-start', 'refusal-delta', 'opaque', 'choice-end'])
    fc.assert(
      fc.property(fc.constantFrom(...goodEvents), fc.nat(), fc.constantFrom(...ways), (events, at, way) => {
        const cut = 1 + (at % events.length)
        const isBarred = events.slice(0, cut).some(({ type }) => barred.has(type))
        const hasWords = onlyText(events.slice(0, cut)).trim() !== ''
        const isSeveral = events.slice(0, cut).some(event => 'choice' in event && (event.choice ?? 0) > 0)
        expect(spliced(events, cut, way) !== undefined).toBe(!isBarred && hasWords && !isSeveral)
      }),
      { numRuns: 1_000 },
    )
  })
})
