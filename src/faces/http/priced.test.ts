/** The cost in the last usage of a stream that passes untouched, however its end and its usage come. */
import { expect, it } from 'vitest'
import { openFace } from '../../../test/http-face.ts'
import { nothing } from '../../domain/delivery.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const path = '/v1beta/models/support:streamGenerateContent?alt=sse'
const asked = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }
const frame = (more: string): string =>
  `data: {"candidates":[{"content":{"parts":[{"text":"Hello"}]},"finishReason":"STOP"}],"usageMetadata":{${more}"promptTokenCount":5}}\n\n`

it('is told where the whole answer comes in one piece and nothing but its end follows', async () => {
  using open = await openFace()
  open.gateway.play = call => {
    call.begin()
    call.sink.deliver({ ...nothing, bytes: bytes(frame('')), content: true, size: 5 })
    call.end()
  }
  const response = await open.post(path, asked)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(await response.text()).toBe(frame('"cost_usd":0.001234,'))
})

it('what was kept back for it still goes out before the error of an answer that breaks off', async () => {
  using open = await openFace()
  open.gateway.play = call => {
    call.begin()
    call.sink.deliver({ ...nothing, bytes: bytes(frame('')), content: true, size: 5 })
    call.end({ kind: 'stream-broken', message: 'it broke off' })
  }
  const text = await (await open.post(path, asked)).text()
  expect(text).toContain('Hello')
  expect(text).toContain('it broke off')
})
