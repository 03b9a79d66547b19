/** Everything that was recorded, of every provider and surface: read without loss, errors as a person judges them, streams wherever they are cut. */
import { describe, expect, it } from 'vitest'
import type { FailureKind } from '../../src/domain/failure.ts'
import { keptPage } from '../kept-page.ts'
import { itemCount, recordedItems, recordedTalks } from '../recorded-items.ts'
import { recordedKinds } from '../recorded-kinds.ts'
import { hasShared } from '../shared.ts'
import { faultIn, readerFor } from './read-recorded.ts'
import { tableOf } from './recorded-table.ts'
import { wayOf } from './recorded-ways.ts'
import { recutFault } from './recut.ts'

/** Errors inside answers with a good status, and one that is kept elsewhere, judged by reading each of them. */
const judgedInside: readonly (readonly [name: string, kind: FailureKind])[] = [
  ['openllmetry:4abd479111:0', 'content-refused'],
  // The model called no tool though it had to: asked again, it may.
  ['pydantic-ai:84afc79ac8:0', 'upstream-garbled'],
  ['pydantic-ai:d7c70aac89:0', 'context-overflow'],
  // Words of a test server, no answer.
  ['pydantic-ai:2224935557:0', 'upstream-garbled'],
  ['openai/responses/openai-error.1.chunks.txt', 'upstream-quota'],
  ['openai/responses/openai-error.1.json', 'upstream-quota'],
  // Made by hand: another answer begins in the middle of one.
  ['anthropic/spliced-message-start.chunks.txt', 'stream-broken'],
  ['Chats_Tests_sendMessage_Send_message_stream_with_error.json#0', 'model-missing'],
]
const kinds = new Map([...recordedKinds.map(([id, kind]) => [id, kind] as const), ...judgedInside])

/** What is not read, and why that is right. */
const unread: Readonly<Record<string, string>> = {
  'openllmetry:ac6862a2bd:0':
    'pieces without a name of the answer, a reason for its end or an end: nobody can tell if it is whole',
  'openai/responses/openai-shell-container.1.chunks.txt': 'made by hand: its pieces say less than its end',
}

describe.skipIf(!hasShared)('everything that was recorded', () => {
  it('is here', () => {
    expect(itemCount).toBe(1858)
    expect(recordedTalks).toHaveLength(28)
  })

  it('is read without loss, and errors are what a person says', () => {
    const told = recordedItems.map(item => {
      const way = wayOf(item)
      const isError = item.status >= 300 || kinds.has(item.name)
      return { item, way, isError, fault: faultIn(item, way, kinds) }
    })
    const faults = told.filter(({ fault }) => fault !== undefined)
    const table = tableOf(
      told.map(one => (one.fault === undefined ? one : { ...one, fault: unread[one.item.name] ?? one.fault })),
      recordedTalks,
    )
    console.log(table)
    expect(faults.filter(({ item }) => !(item.name in unread)).map(({ item, fault }) => [item.name, fault])).toEqual([])
    expect(faults).toHaveLength(Object.keys(unread).length)
    expect(table).toBe(keptPage('recordings', table))
  })

  it('is read the same wherever its streams are cut, decoded and passed on', () => {
    const streams = recordedItems.flatMap(item => {
      const way = wayOf(item)
      return way.as === 'chat' && item.stream && item.status < 300 ? [{ item, chat: way.chat }] : []
    })
    const faults = streams.flatMap(({ item, chat }) =>
      [true, false].flatMap(isExpress => {
        const fault = recutFault(item.bytes, () => readerFor(item, chat, isExpress))
        return fault === undefined ? [] : [`${item.name}, ${isExpress ? 'passed on' : 'decoded'}: ${fault}`]
      }),
    )
    expect(streams.length).toBeGreaterThan(400)
    expect(faults).toEqual([])
  }, 120_000)
})
