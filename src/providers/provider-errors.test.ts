/** What each provider's errors mean: all that were recorded, and as many as are known, with and without a status. */
import { describe, expect, it } from 'vitest'
import { providerErrors, streamErrors } from '../../test/provider-errors.ts'
import { recordedKinds } from '../../test/recorded-kinds.ts'
import { recordings } from '../../test/recordings.ts'
import { hasShared } from '../../test/shared.ts'
import type { Instant } from '../domain/units.ts'
import { classify, reclassify } from './classify.ts'
import { parseJson } from '../dialects/fields.ts'
import { isErrorBody } from './told.ts'

const now = 1_700_000_000_000 as Instant
const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body))

const cases = providerErrors.map(([name, kind, status, body, headers = {}]) => ({ name, kind, status, body, headers }))

describe('what providers say', () => {
  it.each(cases)('$name: $kind', ({ kind, status, body, headers }) => {
    const failure = classify('them', { status, headers, body: textOf(body), now })
    expect(failure.kind).toBe(kind)
    expect(failure.message).toMatch(/^them answered \d+/)
    expect(failure.message).not.toMatch(/nothing more$/)
  })
  it.each(cases.filter(({ status }) => status < 300))('$name, is seen inside a good answer', ({ body }) => {
    expect(isErrorBody(body)).toBe(true)
  })
  it('and do not say: an answer that went well is no error', () => {
    expect(isErrorBody({ choices: [], base_resp: { status_code: 0, status_msg: '' } })).toBe(false)
    expect(isErrorBody({ success: true, result: {} })).toBe(false)
    expect(isErrorBody({ error: null, choices: [] })).toBe(false)
  })
  it('holds for every way in which it may be cut off or wrapped', () => {
    for (const [name, , status, body, headers = {}] of providerErrors) {
      const text = textOf(body)
      for (const cut of [1, Math.floor(text.length / 2), text.length - 1]) {
        const failure = classify('them', { status, headers, body: text.slice(0, cut), now })
        expect([name, typeof failure.kind]).toEqual([name, 'string'])
      }
      if (typeof body === 'object' && !Array.isArray(body)) {
        const wrapped = classify('them', { status, headers, body: JSON.stringify([body]), now })
        expect([name, wrapped.kind]).toEqual([name, classify('them', { status, headers, body: text, now }).kind])
      }
    }
  })
})

describe('how long to wait', () => {
  const wait = (status: number, body: unknown) => classify('them', { status, headers: {}, body: textOf(body), now })
  it('is read from words with seconds', () => {
    expect(wait(429, { error: { code: '429', message: 'Please retry after 6 seconds.' } }).retryAfter).toBe(6_000)
    expect(wait(429, { error: { message: 'Please wait 12 seconds before retrying.' } }).retryAfter).toBe(12_000)
    expect(wait(429, { error: { message: 'Please retry in 17.5s.' } }).retryAfter).toBe(17_500)
    expect(wait(429, { error: { message: 'wait a few seconds' } }).retryAfter).toBeUndefined()
  })
  it('makes a quota of a limit that lasts for hours', () => {
    const failure = classify('them', { status: 429, headers: { 'retry-after': '7200' }, body: '', now })
    expect(failure).toMatchObject({ kind: 'upstream-quota', retryAfter: 7_200_000 })
    const short = classify('them', { status: 429, headers: { 'retry-after': '60' }, body: '', now })
    expect(short).toMatchObject({ kind: 'upstream-rate-limited', retryAfter: 60_000 })
  })
})

describe('errors inside a stream', () => {
  it.each(streamErrors)('%s: %s', (_, kind, { message, ...upstream }) => {
    expect(reclassify({ kind: 'stream-broken', message, upstream }).kind).toBe(kind)
  })
})

describe.skipIf(!hasShared)('recorded errors', () => {
  const recorded = [...recordings()].filter(({ response }) => response.status >= 400)
  const kinds = new Map(recordedKinds.map(([id, kind]) => [id, kind]))
  it.each(recorded.map(one => ({ ...one, status: one.response.status })))(
    '$provider, $surface, $status: $id',
    ({ id, provider, response: { status, headers, body } }) => {
      expect(kinds.get(id)).toBeDefined()
      expect(classify(provider, { status, headers, body: body.text ?? '', now }).kind).toBe(kinds.get(id))
    },
  )
  it('are found inside good answers, too: the one that was filtered, and no other', () => {
    const inside = [...recordings()]
      .filter(({ response }) => response.status < 300 && response.body.text?.startsWith('{') === true)
      .filter(({ response }) => isErrorBody(parseJson(response.body.text ?? '')))
    const told = inside.map(({ id, provider, response: { status, headers, body } }) => [
      id,
      classify(provider, { status, headers, body: body.text ?? '', now }).kind,
    ])
    expect(told).toEqual([['openllmetry:4abd479111:0', 'content-refused']])
  })
  it('are all judged, and nothing else is', () => {
    expect(recorded.map(({ id }) => id).sort()).toEqual([...kinds.keys()].sort())
  })
})
