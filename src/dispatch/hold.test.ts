/** What is held back, and until when. */
import { describe, expect, it } from 'vitest'
import type { Delivery } from '../domain/delivery.ts'
import { hold } from './hold.ts'

const frame = (change: Partial<Delivery> = {}): Delivery => ({ content: false, size: 0, ...change })

describe('hold', () => {
  it('keeps what is no content back, and all of it together once there is some', () => {
    const held = hold()
    const start = frame({ model: 'm' })
    held.add(start)
    expect(held.isReady).toBe(false)
    const word = frame({ content: true, size: 3 })
    held.add(word)
    expect(held.isReady).toBe(true)
    expect(held.all).toEqual([start, word])
  })
  it('does not fill memory: 4096 pieces or 64 KiB without content are passed on', () => {
    const pieces = hold()
    for (let count = 0; count < 4096; count++) pieces.add(frame())
    expect(pieces.isReady).toBe(false)
    pieces.add(frame())
    expect(pieces.isReady).toBe(true)
    const bytes = hold()
    bytes.add(frame({ bytes: new Uint8Array(64 * 1024) }))
    expect(bytes.isReady).toBe(false)
    bytes.add(frame({ bytes: new Uint8Array(1) }))
    expect(bytes.isReady).toBe(true)
  })
  it('keeps an answer that is judged until its end, but no more than 4 MiB of it', () => {
    const held = hold('end')
    held.add(frame({ content: true, size: 4 * 1024 * 1024 }))
    expect(held.isReady).toBe(false)
    held.add(frame({ content: true, size: 1 }))
    expect(held.isReady).toBe(true)
    const events = hold('end')
    events.add(frame({ events: Array.from({ length: 70_000 }, () => ({ type: 'text-delta', block: 0, text: '' })) }))
    expect(events.isReady).toBe(true)
  })
  it('keeps what is only wanted whole until its end, and says when that is more than anybody is given', () => {
    const held = hold('whole')
    held.add(frame({ content: true, size: 64 * 1024 * 1024 }))
    expect([held.isReady, held.isLong, held.isTooLong]).toEqual([false, true, false])
    held.add(frame({ content: true, size: 1 }))
    expect([held.isReady, held.isTooLong]).toEqual([false, true])
  })
})
