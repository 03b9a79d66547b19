/** Errors in the midst of a stream of Cohere, its own and those of what stands in front of it. */
import { expect, it } from 'vitest'
import type { Failure } from '../../domain/failure.ts'
import { cohereChat } from './index.ts'

const begun = '{"type":"message-start","id":"1","delta":{"message":{"role":"assistant"}}}'
const failureIn = (data: string): Failure | undefined => {
  const decoder = cohereChat.decodeStream()
  decoder.push({ data: begun })
  for (const event of decoder.push({ data })) if (event.type === 'response-failed') return event.failure
  return undefined
}

it.each([
  ['{"message":"service unavailable"}', 'upstream-overloaded', 'service unavailable'],
  ['{"type":"error","message":"invalid api token"}', 'upstream-credential', 'invalid api token'],
  ['{"error":{"message":"rate limit reached","code":429}}', 'upstream-rate-limited', 'rate limit reached'],
  ['{"error":"upstream unavailable"}', 'upstream-overloaded', 'upstream unavailable'],
])('%s ends the answer as what it tells', (data, kind, message) => {
  expect(failureIn(data)).toMatchObject({ kind, message })
})

it('an event without a type that tells of no error changes nothing', () => {
  expect(failureIn('{"x":1}')).toBeUndefined()
  expect(failureIn('{"error":null}')).toBeUndefined()
})
