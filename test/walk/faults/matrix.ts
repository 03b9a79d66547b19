/** Every fault against one front door: the same claims of every cell, and a page of what came of each. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keptPage } from '../../kept-page.ts'
import { openHouse, until } from '../open-house.ts'
import { callOf, firstWords, scriptOf, spareWords, wordsIn } from './answers.ts'
import { ask, understand } from './ask.ts'
import { cellsOf, configOf } from './cells.ts'
import type { Cell } from './cells.ts'
import { commit, faults } from './faults.ts'
import { frontOf } from './fronts.ts'
import type { FrontName } from './fronts.ts'
import { pooled, recordsOf } from './run.ts'
import { openUpstream } from './upstream.ts'
import type { Call, Upstream } from './upstream.ts'
import { tellingOf, wrongsOf } from './verdict.ts'
import type { Known } from './verdict.ts'
import { sendAll } from './wire.ts'

/** Faults in the midst of a call of a tool, which nobody may see twice. */
const ofCalls = [
  'reset at 1/4',
  'reset at 2/4',
  'reset at 3/4',
  'reset at 4/4',
  'stalled in mid-stream',
  'truncated SSE',
  'no end mark',
  'error after content',
  'content after an error',
  'duplicate events',
  'the answer twice',
  '503',
]

const answerOf = (cells: ReadonlyMap<string, Cell>) => (call: Call) => {
  const cell = cells.get(call.cell)
  if (cell === undefined) throw new Error(`there is no cell ${call.cell}`)
  if (call.who === 'first') {
    return commit(cell.fault, call, cell.isCall ? callOf('look_up') : wordsIn(firstWords))
  }
  const { stream, whole } = scriptOf(call.tongue, cell.isCall ? callOf('spare_one') : wordsIn(spareWords))
  sendAll(call, call.stream ? stream : whole)
}

const heading = [
  'fault',
  'asked for',
  'first is',
  'of',
  'the client gets',
  'who was asked, and what became of it; what is charged by',
]
const widths = [31, 8, 24, 3, 0, 0]
/** One line for each cell; those of several providers that came to the same share one. */
const pageOf = (known: readonly Known[]): string => {
  const lines = new Map<string, { readonly told: readonly string[]; readonly firsts: string[] }>()
  for (const one of known) {
    const told = tellingOf(one)
    const line = lines.get(told.join('|')) ?? { told, firsts: [] }
    lines.set(told.join('|'), line)
    line.firsts.push(one.cell.way.primary)
  }
  const rows = [...lines.values()].map(({ told: [fault = '', form = '', ...others], firsts }) => [
    fault,
    form,
    firsts.join(' '),
    ...others,
  ])
  const seen = Math.max(...rows.map(row => row[4]?.length ?? 0))
  const padded = (row: readonly string[]): string =>
    row.map((part, at) => part.padEnd(at === 4 ? seen : (widths[at] ?? 0))).join('  ')
  return [heading, ...rows].map(row => padded(row).trimEnd()).join('\n')
}

/** Asks for all of these at a house of their own. */
const askAll = async (front: FrontName, cells: readonly Cell[], upstream: Upstream): Promise<readonly Known[]> => {
  const house = await openHouse({ config: () => configOf(cells, upstream) })
  const got = new Map<string, Awaited<ReturnType<typeof ask>>>()
  const run = async (cell: Cell): Promise<void> => {
    got.set(cell.id, await ask(house.url, frontOf(front), cell, () => upstream.hear(cell.id)))
  }
  const [heavy, light] = [cells.filter(({ fault }) => fault.heavy), cells.filter(({ fault }) => !fault.heavy)]
  // Those that wait do so while the others work.
  const hasty = light.filter(({ fault }) => fault.hasty)
  const quick = light.filter(({ fault }) => !fault.hasty)
  await Promise.all([...hasty.map((cell, at) => sleep(at * 5).then(() => run(cell))), pooled(quick, 16, run)])
  await pooled(heavy, 1, run)
  await until('every request was settled', () => house.settled.length === cells.length)
  const records = await recordsOf(house)
  await house.close()
  return cells.map((cell): Known => {
    const [seen, record] = [got.get(cell.id), records.get(cell.id)]
    if (seen === undefined || record === undefined) throw new Error(`nothing is recorded of ${cell.id}`)
    const askedOf = (who: string): number => upstream.asked.get(`${cell.id} ${who}`) ?? 0
    return {
      cell,
      got: understand(frontOf(front), seen),
      record,
      asked: { first: askedOf('first'), spare: askedOf('spare') },
    }
  })
}

/** The suite of one front door. */
export const faultMatrix = (front: FrontName): void => {
  const cells = [
    ...cellsOf(front, faults, false),
    ...cellsOf(
      front,
      faults.filter(({ name }) => ofCalls.includes(name)),
      true,
    ),
  ]
  let upstream: Upstream
  let known: readonly Known[]
  beforeAll(async () => {
    upstream = await openUpstream(answerOf(new Map(cells.map(cell => [cell.id, cell]))))
    const [helped, alone] = [cells.filter(({ isHelped }) => isHelped), cells.filter(({ isHelped }) => !isHelped)]
    const found = await Promise.all([helped, alone].map(some => askAll(front, some, upstream)))
    const byId = new Map(found.flat().map(one => [one.cell.id, one]))
    known = cells.map(({ id }) => byId.get(id)).filter(one => one !== undefined)
  })
  afterAll(() => upstream.close())

  describe(`a client of ${front}`, () => {
    it('is asked for in more than forty faults', () => {
      expect(faults.length).toBeGreaterThan(40)
      expect(known).toHaveLength(cells.length)
    })
    it.each(faults.map(({ name }) => name))(
      '%s: no hang, no clean end of less, nothing twice, no attempt too many',
      name => {
        const found = known
          .filter(({ cell }) => cell.fault.name === name)
          .flatMap(one => wrongsOf(one).map(wrong => `${one.cell.id}: ${wrong}`))
        expect(found).toEqual([])
      },
    )
    it('nobody follows a redirect', () => {
      expect(upstream.strays()).toBe(0)
    })
    it('gets what the page says, from whom it says, for what it says', () => {
      const [words, calls] = [known.filter(({ cell }) => !cell.isCall), known.filter(({ cell }) => cell.isCall)]
      const page = `${pageOf(words)}\n\nAnswers that call a tool.\n${pageOf(calls)}\n`
      expect(page).toBe(keptPage(`faults/${front}`, page))
    })
  })
}
