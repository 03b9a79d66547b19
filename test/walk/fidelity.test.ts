/** Who speaks to a provider in its own words loses nothing: every recorded request goes out and every answer comes back as it was, but for what is named here. */
import { describe, expect, it } from 'vitest'
import { keptPage } from '../kept-page.ts'
import { recordedItems } from '../recorded-items.ts'
import type { RecordedItem } from '../recorded-items.ts'
import { hasShared } from '../shared.ts'
import { aligned, askedChanges, changesIn, gotChanges, pooledChanges } from './fidelity/changes.ts'
import { exchangeOf } from './fidelity/exchange.ts'

/** Answers that tell of a failure, or make no sense: what the client gets is that failure. */
const failing: Readonly<Record<string, string>> = {
  'openllmetry:4abd479111:0': 'content-refused',
  'pydantic-ai:84afc79ac8:0': 'upstream-garbled',
  'pydantic-ai:d7c70aac89:0': 'context-overflow',
  'pydantic-ai:2224935557:0': 'upstream-garbled',
  'openllmetry:ac6862a2bd:0': 'stream-broken',
}
/** What is not compared, and why that is right. */
const apart: Readonly<Record<string, string>> = {
  'pydantic-ai:0171112bca:0': 'asked of a model that answers at /responses alone',
  'openinference:80364a0e89:0': 'a list with numbers for words, where the house always asks for events; written anew',
}

/** Azure's doors of before its first version, which a configuration may ask for by its own. */
const otherDoors = /^\/(?:openai\/deployments\/[^/]+|models)\/chat\/completions$/
/** The path, whatever project in whatever place; Vertex has the same below two versions. */
const placeIn = (url: string): string =>
  decodeURIComponent(url)
    .replace(/^https?:\/\/[^/]+/, '')
    .replace(/\?.*$/, '')
    .replace(/^.*\/projects\/[^/]+\/locations\/[^/]+\//, '/')

interface Row {
  exchanges: number
  readonly asked: Map<string, number>
  readonly pooled: Map<string, number>
  readonly answered: Map<string, number>
}
const rows = new Map<string, Row>()
const rowOf = ({ provider, surface }: RecordedItem): Row => {
  const key = `${provider} ${surface}`
  const counts = (): Map<string, number> => new Map()
  const row = rows.get(key) ?? { exchanges: 0, asked: counts(), pooled: counts(), answered: counts() }
  rows.set(key, row)
  return row
}
const countIn = (counts: Map<string, number>, names: readonly string[]): void => {
  for (const name of names.length === 0 ? ['as it was'] : names) counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** What of this exchange is other than recorded and has no name. */
const faultsIn = (item: RecordedItem): readonly string[] => {
  if (item.name in apart) return []
  const exchange = exchangeOf(item)
  if (typeof exchange === 'string') return exchange === 'asked in other words' ? [exchange] : []
  const { dialect, asked, sent, pooled, answer } = exchange
  const row = rowOf(item)
  row.exchanges++
  const question = changesIn(asked, sent, dialect, askedChanges)
  countIn(row.asked, question.names)
  const pool = changesIn(sent, pooled.sent, dialect, pooledChanges)
  const isTold = pool.unnamed.length > 0 && pooled.losses.length > 0
  countIn(row.pooled, isTold ? [...pool.names, 'told to be lost'] : pool.names)
  const silent = isTold ? [] : pool.unnamed.map(what => `of a pool: ${what}`)
  const unnamed = [...question.unnamed, ...silent]
  if (answer === undefined) return unnamed
  if (answer.failure !== undefined || item.name in failing) {
    countIn(row.answered, ['a failure inside'])
    return answer.failure === failing[item.name] ? unnamed : [`fails as ${answer.failure}`]
  }
  const { recorded, got, frame } = aligned(answer.recorded, answer.got)
  const reply = changesIn(recorded, got, dialect, gotChanges)
  countIn(row.answered, frame === undefined ? reply.names : [...reply.names, frame])
  const frames = recorded.length === got.length ? [] : [`${recorded.length} frames became ${got.length}`]
  return [...unnamed, ...reply.unnamed, ...frames]
}

const named = [...askedChanges, ...pooledChanges, ...gotChanges]

const told = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted()
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
const page = (): string => {
  const lines = [...rows]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(
      ([name, { exchanges, asked, pooled, answered }]) =>
        `${name}: ${exchanges}\n  asked: ${told(asked)}\n  of a pool: ${told(pooled)}\n  answered: ${told(answered)}`,
    )
  const reasons = named.map(({ name, why }) => `${name}: ${why}`)
  return `${[...lines, '', ...reasons].join('\n')}\n`
}

describe.skipIf(!hasShared)('every recorded conversation', () => {
  it('goes out as it was asked and comes back as it was answered', () => {
    const faults = recordedItems.flatMap(item =>
      faultsIn(item).map(fault => `${item.provider} ${item.surface} ${item.name} ${fault}`),
    )
    expect(faults).toEqual([])
    const told_ = page()
    expect(told_).toBe(keptPage('fidelity', told_))
    expect([...rows.values()].reduce((sum, { exchanges }) => sum + exchanges, 0)).toBeGreaterThan(1450)
  })

  it('goes to where it was sent', () => {
    const wrong = recordedItems.flatMap(item => {
      const exchange = item.path === '' || item.name in apart ? '' : exchangeOf(item)
      if (typeof exchange === 'string') return []
      const [sent, path] = [placeIn(exchange.url), placeIn(item.path)]
      return path.endsWith(sent) || otherDoors.test(path) ? [] : [`${item.provider} ${item.name}: ${path}, now ${sent}`]
    })
    expect(wrong).toEqual([])
  })

  it('has each change that is named here', () => {
    const seen = new Set(
      [...rows.values()].flatMap(({ asked, pooled, answered }) => [
        ...asked.keys(),
        ...pooled.keys(),
        ...answered.keys(),
      ]),
    )
    expect(named.map(({ name }) => name).filter(name => !seen.has(name))).toEqual([])
  })
})
