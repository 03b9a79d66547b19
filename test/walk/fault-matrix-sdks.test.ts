/** A dozen faults of upstreams as the official clients hear them: another's whole answer, or an error of their own class, and never less as if it were all. */
import { beforeAll, describe, expect, it } from 'vitest'
import { anthropicClient } from '../clients/anthropic.ts'
import type { Client, Door } from '../clients/client.ts'
import { googleClient } from '../clients/google.ts'
import { openaiChatClient, openaiResponsesClient } from '../clients/openai.ts'
import { firstWords, scriptOf, spareWords, wordsIn } from './faults/answers.ts'
import { cellsOf, configOf } from './faults/cells.ts'
import type { Cell } from './faults/cells.ts'
import { commit, faults } from './faults/faults.ts'
import type { FrontName } from './faults/fronts.ts'
import { pooled } from './faults/run.ts'
import { openUpstream } from './faults/upstream.ts'
import type { Upstream } from './faults/upstream.ts'
import { sendAll } from './faults/wire.ts'
import { openHouse, virtualKey } from './open-house.ts'

const chosen = [
  'refused',
  'reset before headers',
  'reset at 2/4',
  'truncated SSE',
  'stalled in mid-stream',
  'nonsense in mid-stream',
  'HTML with 200',
  'error in a 200',
  'error as the first event',
  'error after content',
  'duplicate events',
  '400',
  '401',
  '429, wait of a minute',
  '503',
  'content filter with 400',
]
const some = faults.filter(({ name }) => chosen.includes(name))
const sdks: readonly (readonly [name: string, front: FrontName, open: (door: Door) => Client])[] = [
  ['openai, chat', 'chat', openaiChatClient],
  ['openai, responses', 'responses', openaiResponsesClient],
  ['@anthropic-ai/sdk', 'messages', anthropicClient],
  ['@google/genai', 'gemini', googleClient],
]

/** What the client makes of it: the words, or the status of an error of its own class; 0 for one inside a stream. */
type Heard = { readonly text: string } | { readonly status: number | undefined }
const hear = (client: Client, { id, way }: Cell, upstream: Upstream): Promise<Heard> =>
  client[way.streamed ? 'stream' : 'ask']({ model: id, say: 'hi', hear: () => upstream.hear(id) }).then(
    ({ text }) => ({ text }),
    (error: unknown) => ({ status: client.statusOf(error) ?? (error instanceof Error ? 0 : undefined) }),
  )

const isRight = ({ fate, isHelped }: Cell, heard: Heard): boolean => {
  if (fate === 'served') return 'text' in heard && heard.text === firstWords.join('')
  if (fate === 'rescued' && isHelped) return 'text' in heard && heard.text === spareWords.join('')
  const status = 'status' in heard ? heard.status : undefined
  if (fate === 'broken') return status !== undefined
  return status !== undefined && status >= 400 && (fate !== 'own' || status < 500)
}

type Found = readonly (readonly [Cell, Heard])[]
const run = async (front: FrontName, open: (door: Door) => Client): Promise<Found> => {
  const cells = cellsOf(front, some, false)
  const byId = new Map(cells.map(cell => [cell.id, cell]))
  const upstream = await openUpstream(call => {
    const cell = byId.get(call.cell)
    if (cell === undefined) throw new Error(`there is no cell ${call.cell}`)
    if (call.who === 'first') return commit(cell.fault, call, wordsIn(firstWords))
    const { stream, whole } = scriptOf(call.tongue, wordsIn(spareWords))
    sendAll(call, call.stream ? stream : whole)
  })
  const house = await openHouse({ config: () => configOf(cells, upstream) })
  const client = open({ url: house.url, key: virtualKey })
  const found = new Map<Cell, Heard>()
  await pooled(cells, 32, async cell => void found.set(cell, await hear(client, cell, upstream)))
  await house.close()
  await upstream.close()
  return [...found]
}

/** Most of it is waiting, so that all wait at once. */
let runs: ReadonlyMap<FrontName, Found>
beforeAll(async () => {
  runs = new Map(await Promise.all(sdks.map(async ([, front, open]) => [front, await run(front, open)] as const)))
})

describe.each(sdks)('%s', (_name, front) => {
  it.each(chosen)('%s', name => {
    const own = runs.get(front)!.filter(([{ fault }]) => fault.name === name)
    expect(own).toHaveLength(12)
    const wrong = own.filter(([cell, came]) => !isRight(cell, came))
    expect(wrong.map(([{ id, fate }, came]) => [id, fate, came])).toEqual([])
  })
})
