/** Thoughts are kept for the key that was told them, within bounds, the newest longest. */
import { describe, expect, it } from 'vitest'
import type { VirtualKeyId } from '../domain/ids.ts'
import { Thoughts } from './thoughts.ts'
import type { Thought } from './thoughts.ts'

const key = 'a' as VirtualKeyId
const thought = (signature: string, ...ids: readonly string[]): Thought => ({
  reasoning: [{ type: 'reasoning', text: 'hm', signature }],
  calls: new Map(ids.map(id => [id, { gemini: { thoughtSignature: signature } }])),
})

describe('thoughts', () => {
  it('are found by their turn, and by nobody else', () => {
    const thoughts = new Thoughts()
    const told = thought('s', 'one', 'two')
    thoughts.remember(key, 'turn', told)
    expect(thoughts.recall(key, 'turn')).toBe(told)
    expect(thoughts.recall(key, 'other')).toBeUndefined()
    expect(thoughts.recall('b' as VirtualKeyId, 'turn')).toBeUndefined()
  })

  it('without a call are not kept', () => {
    const thoughts = new Thoughts()
    thoughts.remember(key, 'turn', thought('s'))
    expect(thoughts.turns).toBe(0)
  })

  it('give way to newer ones, by number and by size', () => {
    const few = new Thoughts({ turns: 2 })
    for (const id of ['1', '2', '3']) few.remember(key, id, thought('s', id))
    expect(few.recall(key, '1')).toBeUndefined()
    expect(few.turns).toBe(2)
    const small = new Thoughts({ size: 300 })
    small.remember(key, '1', thought('s', '1'))
    small.remember(key, '2', thought('x'.repeat(100), '2'))
    expect(small.recall(key, '1')).toBeUndefined()
    expect(small.recall(key, '2')).toBeDefined()
    small.remember(key, '3', thought('x'.repeat(1_000), '3'))
    expect(small.recall(key, '3')).toBeUndefined()
    expect(small.recall(key, '2')).toBeDefined()
  })

  it('of a turn that comes again are the newer ones', () => {
    const thoughts = new Thoughts({ turns: 2 })
    thoughts.remember(key, 'turn', thought('old', 'one', 'two'))
    thoughts.remember(key, 'turn', thought('new', 'one'))
    expect(thoughts.turns).toBe(1)
    expect(thoughts.recall(key, 'turn')?.reasoning[0]?.signature).toBe('new')
  })
})
