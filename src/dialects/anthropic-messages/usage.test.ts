/** What costs another price or is billed by the piece, in Anthropic's way of counting. */
import { describe, expect, it } from 'vitest'
import { readUsage, writeUsage } from './usage.ts'

const told = {
  input_tokens: 10,
  output_tokens: 5,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
  server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
}

describe('usage', () => {
  it('tells what is kept for an hour, and searches', () => {
    expect(readUsage(told)).toMatchObject({
      input: 310,
      inputCacheWritten: 300,
      inputCacheWrittenLong: 200,
      units: { searches: 2 },
    })
  })
  it('is written again as it came', () => {
    const usage = readUsage(told)
    expect(usage && writeUsage(usage)).toEqual(told)
  })
  it('never keeps more for an hour than it keeps', () => {
    const odd = readUsage({ ...told, cache_creation_input_tokens: 50 })
    expect(odd?.inputCacheWrittenLong).toBe(50)
  })
  it('tells nothing where nobody searched or kept anything', () => {
    const plain = readUsage({ input_tokens: 1, output_tokens: 1 })
    expect(plain).not.toHaveProperty('inputCacheWrittenLong')
    expect(plain).not.toHaveProperty('units')
  })
  it('whose sums make no sense is none, so that it is estimated and not free', () => {
    const cache = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
    expect(readUsage({ ...cache, input_tokens: -5, output_tokens: 'many' })).toBeUndefined()
    expect(readUsage({ ...cache, input_tokens: {}, output_tokens: 7 })?.output).toBe(7)
  })
})
