/** Reports as text: exact, read back by a parser of their own, and harmless in a spreadsheet. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Instant, MicroUsd } from '../domain/units.ts'
import { zoneIn } from '../domain/zone.ts'
import type { UsageLine } from '../ports/usage.ts'
import { csvField, instantText, reportText, usdText } from './reports.ts'
import type { ReportOptions } from './reports.ts'

const at = (text: string): Instant => Date.parse(text) as Instant
const line = (team: string, cost = 1_500_000, hour = at('2026-03-29T00:00:00Z')): UsageLine => ({
  hour,
  names: { team },
  requests: 3,
  attempts: 4,
  failures: 1,
  inputTokens: 1000,
  cachedTokens: 0,
  outputTokens: 5,
  cost: cost as MicroUsd,
  unpriced: 0,
})

async function* given(lines: readonly UsageLine[]): AsyncGenerator<UsageLine> {
  yield* lines
}
const text = async (lines: readonly UsageLine[], options: Partial<ReportOptions> = {}): Promise<string> => {
  let all = ''
  for await (const piece of reportText(given(lines), { format: 'csv', by: ['team'], ...options })) all += piece
  return all
}

/** RFC 4180, as plainly as it can be read. */
const parseCsv = (csv: string): string[][] => {
  const rows: string[][] = []
  const field = /"((?:[^"]|"")*)"(,|\r\n)/gy
  let row: string[] = []
  for (let found = field.exec(csv); found !== null; found = field.exec(csv)) {
    row.push((found[1] ?? '').replaceAll('""', '"'))
    if (found[2] === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

describe('a report', () => {
  it('is CSV with a head, a line each, and sums if they are wanted', async () => {
    expect(await text([line('ads'), line('search', 1)], { total: true })).toBe(
      [
        '"from","team","requests","attempts","failures","inputTokens","cachedTokens","outputTokens","unpriced","usd"',
        '"2026-03-29T00:00:00Z","ads","3","4","1","1000","0","5","0","1.500000"',
        '"2026-03-29T00:00:00Z","search","3","4","1","1000","0","5","0","0.000001"',
        '"total","","6","8","2","2000","0","10","0","1.500001"',
        '',
      ].join('\r\n'),
    )
  })
  it('is JSON with or without sums, also when it is empty', async () => {
    const whole = { from: '2026-03-29T00:00:00Z', team: 'ads', requests: 3, attempts: 4, failures: 1, usd: '1.500000' }
    const found = JSON.parse(await text([line('ads'), line('ads')], { format: 'json', total: true })) as object
    expect(found).toMatchObject({ data: [whole, whole], total: { requests: 6, usd: '3.000000' } })
    expect(JSON.parse(await text([line('ads')], { format: 'json' }))).toMatchObject({ data: [whole] })
    expect(JSON.parse(await text([], { format: 'json' }))).toEqual({ data: [] })
    expect(JSON.parse(await text([], { format: 'json', total: true }))).toMatchObject({
      data: [],
      total: { requests: 0 },
    })
  })
  it('is JSON lines, the sums last', async () => {
    const lines = (await text([line('ads'), line('a\nb')], { format: 'jsonl', total: true })).trimEnd().split('\n')
    expect(lines.map(one => (JSON.parse(one) as { team?: string }).team)).toEqual(['ads', 'a\nb', undefined])
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ total: { usd: '3.000000' } })
  })
  it('tells times as the clocks of the zone say', async () => {
    const zone = zoneIn('Europe/Berlin')
    expect(await text([line('ads', 1, at('2026-03-28T23:00:00Z'))], { zone })).toContain('"2026-03-29T00:00:00+01:00"')
    expect(instantText(at('2026-07-01T12:00:00Z'), zoneIn('America/St_Johns'))).toBe('2026-07-01T09:30:00-02:30')
  })
  it('reads no line before the piece is wanted that it belongs to', async () => {
    let made = 0
    async function* endless(): AsyncGenerator<UsageLine> {
      for (;;) {
        made += 1
        yield line(`team ${made}`)
      }
    }
    const pieces = reportText(endless(), { format: 'jsonl', by: ['team'] })
    await pieces.next()
    const after = made
    expect(after).toBeGreaterThan(50)
    expect(after).toBeLessThan(200)
    await new Promise(resolve => setImmediate(resolve))
    expect(made).toBe(after)
    await pieces.next()
    expect(made).toBeGreaterThan(after)
    await pieces.return(undefined)
  })
})

describe('money', () => {
  it('is told to the millionth, and adds up exactly', async () => {
    expect([0, 1, 999_999, 1_000_000, 9_007_199_254_740_991, -1_500_000].map(usdText)).toEqual([
      '0.000000',
      '0.000001',
      '0.999999',
      '1.000000',
      '9007199254.740991',
      '-1.500000',
    ])
    const costs = fc.array(fc.integer({ min: 0, max: 1_000_000_000_000 }), { minLength: 1, maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(costs, async all => {
        const rows = parseCsv(
          await text(
            all.map((cost, place) => line(`t${place}`, cost)),
            { total: true },
          ),
        )
        const micro = rows.slice(1).map(row => BigInt((row.at(-1) ?? '').replace('.', '')))
        expect(micro.at(-1)).toBe(micro.slice(0, -1).reduce((sum, one) => sum + one, 0n))
      }),
    )
  })
})

describe('a field of CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1', '|cmd', "%0A=cmd|'/C calc'!A0"])(
    'that a spreadsheet would carry out is text: %j',
    name => {
      expect(csvField(name).startsWith(`"'`)).toBe(true)
    },
  )
  it('is what it was, whatever is in it, and never begins a formula', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), async names => {
        const rows = parseCsv(await text(names.map(name => line(name))))
        const told = rows.slice(1).map(row => row[1] ?? '')
        expect(told.map((name, place) => (names[place] === name.slice(1) ? name.slice(1) : name))).toEqual(names)
        for (const name of told) expect(name).not.toMatch(/^[=+\-@\t\r\n]/)
      }),
    )
    expect(csvField('say "hi", you')).toBe('"say ""hi"", you"')
    expect(csvField(-5)).toBe('"-5"')
  })
})
