/** What is read from a settled request. */
import { describe, expect, it } from 'vitest'
import { attemptOf, fallbackStory, settledOf, sonnet } from '../../test/story.ts'
import type { SpanId } from '../domain/ids.ts'
import { fallbackOf, feedbackSpanOf, firstContentOf, isOurFault, statusToldOf, stepsDownOf } from './story.ts'

const failure = { kind: 'upstream-timeout', message: 'late' } as const

describe('a story', () => {
  it('tells the status that the client saw', () => {
    expect(statusToldOf(settledOf())).toBe(200)
    expect(statusToldOf(settledOf({ failure, attempts: [], served: undefined }))).toBe(504)
    expect(statusToldOf(settledOf({ failure }))).toBe(200)
    expect(statusToldOf(settledOf({ failure, attempts: [attemptOf({ committed: false })] }))).toBe(504)
    expect(statusToldOf(settledOf({ failure, streamed: false }))).toBe(504)
  })
  it('tells whose fault it was', () => {
    expect(isOurFault(settledOf())).toBe(false)
    expect(isOurFault(settledOf({ failure }))).toBe(true)
    expect(isOurFault(settledOf({ failure, attempts: [], served: undefined }))).toBe(true)
    expect(
      isOurFault(settledOf({ failure: { kind: 'forbidden', message: '' }, attempts: [], served: undefined })),
    ).toBe(false)
    expect(isOurFault(settledOf({ failure: { kind: 'cancelled', message: '' } }))).toBe(false)
  })
  it('tells the span for feedback: who served, else who was asked last, else the request', () => {
    expect(feedbackSpanOf(settledOf(fallbackStory()))).toBe('a000000000000002')
    expect(
      feedbackSpanOf(settledOf({ served: undefined, attempts: [attemptOf({ spanId: 'f00000000000000f' as SpanId })] })),
    ).toBe('f00000000000000f')
    expect(feedbackSpanOf(settledOf({ served: undefined, attempts: [] }))).toBe('b7ad6b7169203331')
  })
  it('tells the steps down and why, and takes a retry for none', () => {
    expect(fallbackOf(settledOf())).toBeUndefined()
    expect(fallbackOf(settledOf(fallbackStory()))).toBe('upstream_5xx')
    expect(stepsDownOf(settledOf(fallbackStory()))).toHaveLength(1)
    const retried = settledOf({
      attempts: [attemptOf({ failure, committed: false }), attemptOf({ index: 1, kind: 'retry' })],
      served: 1,
    })
    expect(fallbackOf(retried)).toBeUndefined()
    expect(stepsDownOf(retried)).toHaveLength(0)
  })
  it('takes the lane that served for a step down only if another had failed', () => {
    const lanes = (first: Partial<Parameters<typeof attemptOf>[0]>) =>
      settledOf({
        attempts: [
          attemptOf({ committed: false, ...first }),
          attemptOf({ index: 1, kind: 'hedge', candidate: sonnet }),
        ],
        served: 1,
      })
    expect(stepsDownOf(lanes({ failure }))).toHaveLength(1)
    expect(stepsDownOf(lanes({ failure: { kind: 'cancelled', message: '' } }))).toHaveLength(0)
  })
  it('takes who goes on and who is asked after a check for steps down', () => {
    const kinds = ['cascade', 'continue', 'race', 'shadow', 'retry'] as const
    const attempts = [attemptOf({ failure }), ...kinds.map((kind, at) => attemptOf({ kind, index: at + 1 }))]
    expect(stepsDownOf(settledOf({ attempts, served: 2 })).map(({ kind }) => kind)).toEqual(['cascade', 'continue'])
  })
  it('tells how long the first content took, and nothing where there was none', () => {
    expect(firstContentOf(settledOf())).toBe(300)
    expect(firstContentOf(settledOf({ served: undefined }))).toBeUndefined()
  })
})
