/** Streams that break off in all ways, where the policy says that another goes on: one answer, its seam marked, nothing said twice. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { SettledRecord } from '../../src/domain/gateway-event.ts'
import { callOf, scriptOf, wordsIn } from './faults/answers.ts'
import { ask, understand } from './faults/ask.ts'
import type { Sent } from './faults/ask.ts'
import { cellsOf, configOf } from './faults/cells.ts'
import type { Cell } from './faults/cells.ts'
import { commit, faults } from './faults/faults.ts'
import { frontNames, frontOf } from './faults/fronts.ts'
import type { FrontName } from './faults/fronts.ts'
import { pooled, recordsOf } from './faults/run.ts'
import { openUpstream } from './faults/upstream.ts'
import type { Call, Upstream } from './faults/upstream.ts'
import { sendAll } from './faults/wire.ts'
import { openHouse, until } from './open-house.ts'

const words = ['Alpha ', ...Array.from({ length: 60 }, (_, at) => `word${at} `), 'end']
const whole = words.join('')
const ofWords = [
  'reset at 2/4',
  'reset at 3/4',
  'closed in the middle',
  'truncated JSON',
  'chunks of no length',
  'nonsense in mid-stream',
  'truncated SSE',
  'stalled in mid-stream',
  'error after content',
  'content after an error',
]
/** A call is never spliced. */
const ofCalls = ['reset at 3/4', 'error after content']

const cellsAt = (front: FrontName): readonly Cell[] =>
  [false, true].flatMap(isCall => {
    const names = isCall ? ofCalls : ofWords
    const some = faults.filter(({ name }) => names.includes(name))
    return cellsOf(front, some, isCall).filter(({ way, isHelped }) => way.streamed && isHelped)
  })

/** How much of the answer the request holds that asks to go on with it. */
const shownIn = (body: string): string => {
  for (let end = whole.length; end > 0; end -= 1) if (body.includes(whole.slice(0, end))) return whole.slice(0, end)
  return ''
}
/** The rest: behind its own words if they were put into its mouth, else from the words on that it was told to repeat. */
const restFor = ({ tongue, body }: Call): readonly string[] => {
  const shown = shownIn(body)
  const rest = tongue === 'messages' ? whole.slice(shown.length) : whole
  return rest.split(/(?<= )/)
}

interface Found {
  readonly cell: Cell
  readonly sent: Sent
  readonly record: SettledRecord
}

interface Run {
  readonly all: readonly Found[]
  readonly asked: Upstream['asked']
}
const run = async (front: FrontName): Promise<Run> => {
  const cells = cellsAt(front)
  const byId = new Map(cells.map(cell => [cell.id, cell]))
  const upstream = await openUpstream(call => {
    const cell = byId.get(call.cell)
    if (cell === undefined) throw new Error(`there is no cell ${call.cell}`)
    if (call.who === 'first') return commit(cell.fault, call, cell.isCall ? callOf('look_up') : wordsIn(words))
    sendAll(call, scriptOf(call.tongue, wordsIn(restFor(call))).stream)
  })
  const course = {
    policy: ', midStream: continue',
    spareModel: (provider: string) => (provider === 'anthropic' ? 'claude-3-haiku.' : ''),
  }
  const house = await openHouse({ config: () => configOf(cells, upstream, course) })
  const sent = new Map<string, Sent>()
  await pooled(cells, 16, async cell => {
    sent.set(cell.id, await ask(house.url, frontOf(front), cell, () => upstream.hear(cell.id)))
  })
  await until('every request was settled', () => house.settled.length === cells.length)
  const records = await recordsOf(house)
  await house.close()
  await upstream.close()
  return {
    all: cells.map(cell => ({ cell, sent: sent.get(cell.id)!, record: records.get(cell.id)! })),
    asked: upstream.asked,
  }
}

/** Most of it is waiting, so that all wait at once. */
let runs: ReadonlyMap<FrontName, Run>
beforeAll(async () => {
  runs = new Map(await Promise.all(frontNames.map(async front => [front, await run(front)] as const)))
})

describe.each(frontNames)('a client of %s', front => {
  let all: Run['all']
  let asked: Run['asked']
  beforeAll(() => {
    ;({ all, asked } = runs.get(front)!)
  })

  it.each(ofWords)('%s: hears one answer, whole', name => {
    for (const { cell, sent } of all.filter(one => one.cell.fault.name === name && !one.cell.isCall)) {
      const { text, status, isWhole, breaches, starts, hasError } = understand(frontOf(front), sent)
      const heard = { id: cell.id, text, status, isWhole, breaches, starts: Math.min(starts, 2), hasError }
      expect(heard, sent.text).toEqual({
        ...heard,
        text: whole,
        status: 200,
        isWhole: true,
        breaches: [],
        starts: 1,
        hasError: false,
      })
    }
  })
  it.each(ofWords)('%s: the seam is marked, and both are recorded and paid', name => {
    for (const { cell, sent, record } of all.filter(one => one.cell.fault.name === name && !one.cell.isCall)) {
      expect(sent.text.match(/^: x-signalbox-continued: /gm), cell.id).toHaveLength(1)
      expect(record.attempts.map(({ kind, committed }) => [kind, committed])).toEqual([
        ['primary', true],
        ['continue', true],
      ])
      const [broken, on] = record.attempts
      expect(on?.trigger).toBe(broken?.failure?.kind)
      expect(on?.goesOn?.by).toBe(cell.way.primary === 'openai' ? 'prefill' : 'instruction')
      const costs = record.attempts.map(({ cost }) => cost?.amount ?? 0)
      expect(Math.min(...costs)).toBeGreaterThan(0)
      expect(record.cost.amount).toBe(costs[0]! + costs[1]!)
      expect(record.failure).toBeUndefined()
      expect(asked.get(`${cell.id} spare`)).toBe(1)
    }
  })
  it.each(ofCalls)('%s within a call: ends with an error, and nobody goes on', name => {
    for (const { cell, sent, record } of all.filter(one => one.cell.fault.name === name && one.cell.isCall)) {
      const { isWhole, hasError, breaches } = understand(frontOf(front), sent)
      expect({ id: cell.id, isWhole, hasError, breaches }).toEqual({
        id: cell.id,
        isWhole: false,
        hasError: true,
        breaches: [],
      })
      expect(record.attempts).toHaveLength(1)
      expect(asked.get(`${cell.id} spare`)).toBeUndefined()
    }
  })
})
