/** The published page of the adaptive score says what the code does: its numbers and its example come from here. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { goldenCases } from '../../test/golden/read-case.ts'
import type { Facts } from '../domain/decision.ts'
import { adaptiveScore, balanced, classic } from './adaptive-score.ts'
import type { Formula } from './adaptive-score.ts'
import { expectedCost } from './measures.ts'
import { trafficShares } from './shares.ts'
import { decimal, dollars, percent, time } from './wording.ts'

/** `GOLDEN=write node scripts/test.mjs routing/adaptive-page` writes what the code says now; read the difference before you keep it. */
const isWriting = process.env['GOLDEN'] === 'write'
const path = join(import.meta.dirname, '../../docs/adaptive.md')

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map(cells => row(...cells))].join('\n')

const numbers: readonly (readonly [keyof Formula, (value: number) => string])[] = [
  ['reliability', percent],
  ['speed', percent],
  ['slack', percent],
  ['price', percent],
  ['errorSpan', percent],
  ['momentum', time],
  ['lift', percent],
  ['within', percent],
  ['rest', percent],
]
const defaults = (): string =>
  table(
    ['option', '`balanced`', '`classic`'],
    numbers.map(([name, said]) => [`\`${name}\``, said(balanced[name]), said(classic[name])]),
  )

const example = (): Facts => {
  const found = goldenCases().find(({ name }) => name === 'adaptive')
  if (found === undefined) throw new Error('no golden decision called adaptive')
  return found.facts
}

const inputs = (): string => {
  const { candidates, request, now, signals } = example()
  return table(
    ['', 'errors', 'last failure', 'expected to take', 'tightest limit', 'expected cost'],
    candidates.map(one => {
      const errors = signals['candidate.errors']?.by?.[one.id]
      const headroom = signals['candidate.headroom']?.by?.[one.id]
      const left = headroom === undefined ? 1 : Math.min(headroom.requests, headroom.tokens, headroom.concurrent)
      return [
        `\`${one.id}\``,
        percent(errors?.rate ?? 0),
        errors?.sinceLast === undefined ? 'none' : `${time(errors.sinceLast)} ago`,
        time(signals['candidate.latency']?.by?.[one.id]?.expected ?? 0),
        left === 1 ? 'no limit' : `${percent(left)} left`,
        dollars(expectedCost(one, request, now) ?? 0),
      ]
    }),
  )
}

const scored = (formula: Formula): string => {
  const facts = example()
  const found = adaptiveScore(formula).scores(facts.candidates, facts)
  const shares = trafficShares(
    found.map(({ score }) => score),
    formula,
  )
  const parts = Object.keys(found[0]?.parts ?? {})
  return table(
    ['', ...parts, 'score', 'share'],
    found.map(({ score, parts: own }, at) => [
      `\`${facts.candidates[at]?.id ?? ''}\``,
      ...parts.map(name => decimal(own[name] ?? 0, 3)),
      `**${decimal(score, 3)}**`,
      percent(shares[at] ?? 0),
    ]),
  )
}

const blocks: Readonly<Record<string, () => string>> = {
  defaults,
  inputs,
  balanced: () => scored(balanced),
  classic: () => scored(classic),
}

it.each(Object.entries(blocks))('the page has the %s of the code', (name, write) => {
  const page = readFileSync(path, 'utf8')
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`]
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  expect(from).toBeGreaterThan(0)
  expect(to).toBeGreaterThan(from)
  if (isWriting) writeFileSync(path, page.slice(0, from + begin.length) + write() + page.slice(to))
  else expect(page.slice(from + begin.length, to)).toBe(write())
})

it('the example says in words what the golden decision says', () => {
  const found = goldenCases().find(({ name }) => name === 'adaptive')
  const words = found?.told.split('\n').filter(line => line.startsWith('0:adaptive') || line.startsWith('Chance')) ?? []
  expect(words).toHaveLength(2)
  for (const line of words) expect(readFileSync(path, 'utf8')).toContain(line)
})
