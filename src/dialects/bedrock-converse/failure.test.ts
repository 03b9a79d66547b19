/** Errors that come under a good status: whose fault they are, as far as anyone can know. */
import { expect, it } from 'vitest'
import { bedrockConverse } from './index.ts'

const failureIn = (body: unknown) =>
  bedrockConverse.decodeAnswer(body).flatMap(event => (event.type === 'response-failed' ? [event.failure] : []))

it('words without the name of an exception do not say that the request is at fault', () => {
  expect(failureIn({ message: 'no healthy upstream' })).toMatchObject([
    { kind: 'upstream-garbled', message: 'no healthy upstream' },
  ])
})

it.each([
  [{ message: 'Input is too long for requested model.' }, 'context-overflow'],
  [{ message: 'The provided model identifier is invalid.' }, 'model-missing'],
  [{ message: 'no', __type: 'com.amazon#ValidationException' }, 'upstream-invalid'],
  [{ message: 'wait', __type: 'ThrottlingException' }, 'upstream-rate-limited'],
])('%j is known by what it says', (body, kind) => {
  expect(failureIn(body)).toMatchObject([{ kind }])
})
