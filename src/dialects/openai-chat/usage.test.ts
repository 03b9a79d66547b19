/** Tokens that have a price of their own, and what is billed by the piece, in OpenAI's way of counting. */
import { describe, expect, it } from 'vitest'
import { usageIn, writeUsage } from './usage.ts'

const usage = (more: object) =>
  usageIn({ usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150, ...more } })

describe('usage', () => {
  it('tells tokens of sound and of pictures apart', () => {
    const told = usage({
      prompt_tokens_details: { audio_tokens: 80, image_tokens: 10, cached_tokens: 0 },
      completion_tokens_details: { audio_tokens: 30, image_tokens: 5 },
    })
    expect(told).toMatchObject({
      input: 100,
      inputAudio: 80,
      inputImage: 10,
      output: 50,
      outputAudio: 30,
      outputImage: 5,
    })
    expect(told && writeUsage(told)).toMatchObject({
      prompt_tokens_details: { audio_tokens: 80, image_tokens: 10 },
      completion_tokens_details: { audio_tokens: 30 },
    })
  })
  it('tells nothing apart where there is nothing of it', () => {
    const told = usage({ prompt_tokens_details: { audio_tokens: 0 }, completion_tokens_details: { audio_tokens: 0 } })
    expect(Object.keys(told ?? {})).not.toEqual(expect.arrayContaining(['inputAudio']))
    expect(told?.units).toBeUndefined()
  })
  it.each([['num_search_queries'], ['num_sources_used']])('tells searches by the name %s', name => {
    expect(usage({ [name]: 3 })?.units).toEqual({ searches: 3 })
  })
})
