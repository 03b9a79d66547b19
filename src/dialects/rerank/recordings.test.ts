/** Every recorded ranking is understood, asked and answered, and can be given to the same client again. */
import { describe, expect, it } from 'vitest'
import type { Instant } from '../../domain/units.ts'
import { recordings } from '../../../test/recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import { cohereRerank, cohereRerankV1 } from './cohere.ts'

const all = hasShared ? [...recordings()].filter(({ request }) => request.path.endsWith('/rerank')) : []
const context = { id: 'req-1', model: 'pool', now: 0 as Instant, streamUsage: false }

describe.runIf(hasShared)('recorded rankings', () => {
  it('are there', () => {
    expect(all.map(({ response }) => response.status)).toEqual(all.map(() => 200))
    expect(all.length).toBeGreaterThanOrEqual(5)
  })
  it.each(all.map(one => [one.id, one] as const))('%s', (_, one) => {
    const format = one.request.path.includes('v1') ? cohereRerankV1 : cohereRerank
    const request = format.decodeRequest(one.request.body)
    if (!request.ok) throw new Error(request.why)
    const body = JSON.parse(one.response.body.text ?? '') as Record<string, unknown>
    const answer = format.decodeAnswer(body, request.value)
    if (!answer.ok) throw new Error(answer.why)
    expect(answer.value.usage?.units).toEqual({ searches: 1 })
    const again = format.encodeAnswer(answer.value, request.value, context).value as Record<string, unknown>
    expect(again['id']).toBe(body['id'])
    const results = body['results'] as Record<string, unknown>[]
    expect(again['results']).toEqual(results)
  })
})
