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
  it('are found by each of their calls, and by nobody else', () => {
    const thoughts = new Thoughts()
    const told = thought('s', 'one', 'two')
    thoughts.remember(key, told)
    expect(thoughts.recall(key, 'one')).toBe(told)
    expect(thoughts.recall(key, 'two')).toBe(told)
    expect(thoughts.recall(key, 'three')).toBeUndefined()
    expect(thoughts.recall('b' as VirtualKeyId, 'one')).toBeUndefined()
  })

  it('without a call are not kept', () => {
    const thoughts = new Thoughts()
    thoughts.remember(key, thought('s'))
    expect(thoughts.turns).toBe(0)
  })

  it('give way to newer ones, by number and by size', () => {
    const few = new Thoughts({ turns: 2 })
    for (const id of ['1', '2', '3']) few.remember(key, thought('s', id))
    expect(few.recall(key, '1')).toBeUndefined()
    expect(few.turns).toBe(2)
    const small = new Thoughts({ size: 300 })
    small.remember(key, thought('s', '1'))
    small.remember(key, thought('x'.repeat(100), '2'))
    expect(small.recall(key, '1')).toBeUndefined()
    expect(small.recall(key, '2')).toBeDefined()
    small.remember(key, thought('x'.repeat(1_000), '3'))
    expect(small.recall(key, '3')).toBeUndefined()
    expect(small.recall(key, '2')).toBeDefined()
  })

  it('of an id that comes again are the newer ones, and the old ones leave nothing behind', () => {
    const thoughts = new Thoughts({ turns: 2 })
    thoughts.remember(key, thought('old', 'one', 'two'))
    thoughts.remember(key, thought('new', 'one'))
    expect(thoughts.turns).toBe(1)
    expect(thoughts.recall(key, 'one')?.reasoning[0]?.signature).toBe('new')
    expect(thoughts.recall(key, 'two')).toBeUndefined()
  })
})
