/** References to items that were told here are followed, for the key that was told them. */
import { describe, expect, it } from 'vitest'
import type { VirtualKeyId } from '../../domain/ids.ts'
import { KeptItems, itemsOf } from './kept-items.ts'

const key = 'a' as VirtualKeyId
const bodyOf = (...input: readonly unknown[]) => {
  const json = { model: 'm', input }
  return { json, bytes: Buffer.from(JSON.stringify(json)) }
}
const reference = (id: string) => ({ type: 'item_reference', id })
const item = (id: string, text = 'hi') => ({
  type: 'message',
  id,
  role: 'assistant',
  content: [{ type: 'output_text', text }],
})

describe('references to items', () => {
  it('are followed where the items were told to this key, in the bytes too', () => {
    const kept = new KeptItems()
    kept.remember(key, [item('msg_1'), { type: 'no id' }, 7])
    const completed = kept.complete(key, bodyOf({ role: 'user', content: 'x' }, reference('msg_1'), reference('msg_2')))
    const input = [{ role: 'user', content: 'x' }, item('msg_1'), reference('msg_2')]
    expect(completed.json['input']).toEqual(input)
    expect(JSON.parse(Buffer.from(completed.bytes).toString())).toEqual({ model: 'm', input })
  })

  it('of others, and bodies without any, are left as they are', () => {
    const kept = new KeptItems()
    kept.remember(key, [item('msg_1')])
    const foreign = bodyOf(reference('msg_1'))
    expect(kept.complete('b' as VirtualKeyId, foreign)).toBe(foreign)
    const plain = bodyOf({ role: 'user', content: 'x' })
    expect(kept.complete(key, plain)).toBe(plain)
    const text = { json: { input: 'x' }, bytes: Buffer.from('') }
    expect(kept.complete(key, text)).toBe(text)
  })

  it('lead to the newest alone where there are too many or too large ones', () => {
    const few = new KeptItems({ items: 1 })
    few.remember(key, [item('1'), item('2')])
    expect(few.complete(key, bodyOf(reference('1'), reference('2'))).json['input']).toEqual([reference('1'), item('2')])
    const small = new KeptItems({ size: 250 })
    small.remember(key, [item('1'), item('2'), item('3', 'x'.repeat(300))])
    expect(small.complete(key, bodyOf(reference('2'), reference('3'))).json['input']).toEqual([
      item('2'),
      reference('3'),
    ])
  })

  it('are learned from whole responses and from the events that end streamed ones', () => {
    expect(itemsOf({ output: [1] })).toEqual([1])
    expect(itemsOf({ type: 'response.completed', response: { output: [2] } })).toEqual([2])
    expect(itemsOf('text')).toBeUndefined()
  })
})
