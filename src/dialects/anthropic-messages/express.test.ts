/** Streams passed on as they are, but for what Anthropic's own client would die of. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from './index.ts'

const frame = (type: string, members: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
const start = (id = 'msg_1'): string =>
  frame('message_start', { message: { id, model: 'm', content: [], usage: { input_tokens: 3, output_tokens: 1 } } })
const ping = frame('ping')
const text = (words: string): string =>
  frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text: words } })
const opened = frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
const closed = frame('content_block_stop', { index: 0 })
const delta = frame('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } })
const stop = frame('message_stop')

const passed = (pieces: readonly string[]): string => {
  const scanner = anthropicMessages.express.scanStream({ streamUsage: true })
  const deliveries = [...pieces.map(piece => scanner.push(new TextEncoder().encode(piece))), scanner.end()]
  return deliveries.map(({ bytes }) => (bytes === undefined ? '' : new TextDecoder().decode(bytes))).join('')
}
/** As one piece, character by character, and frame by frame. */
const cuts = (whole: string): readonly (readonly string[])[] => [[whole], whole.split(''), whole.split(/(?<=\n\n)/)]

describe('a stream on the express lane', () => {
  it('passes untouched where it keeps to its grammar', () => {
    const whole = start() + ping + opened + text('a "message_start" in words') + closed + delta + stop
    for (const pieces of cuts(whole)) expect(passed(pieces)).toBe(whole)
  })
  it('passes nothing that comes after the end', () => {
    const whole = start() + opened + text('hi') + closed + delta + stop
    for (const pieces of cuts(whole + ping + text('more') + stop)) expect(passed(pieces)).toBe(whole)
  })
  it('leaves out a message that begins once more, and nothing else', () => {
    const marked = `\uFEFF${start()}${ping}${start()}${opened}${text('hi')}${start()}${text('ho')}${closed}${delta}${stop}`
    const nameless = `data: ${JSON.stringify({ type: 'message_start', message: { id: 'msg_1' } })}\n\n`
    const once = start() + ping + opened + text('hi') + text('ho') + closed + delta + stop
    for (const pieces of cuts(marked)) expect(passed(pieces).replace('\uFEFF', '')).toBe(once)
    expect(passed([start() + nameless + opened + text('hi') + closed + delta + stop])).toBe(
      start() + opened + text('hi') + closed + delta + stop,
    )
  })
})
