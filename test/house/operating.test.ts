/** The page for operators leaves nothing out: every endpoint, header, metric and log member that there is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { paths } from '../../src/faces/http/routes.ts'
import { prometheusListener } from '../../src/platform/telemetry/prometheus.ts'
import { root } from './sources.ts'

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')
const page = textOf('docs/operating.md')

/** The names that are not on the page; a header may stand there by its end alone, as `-model`. */
const missing = (names: readonly string[]): readonly string[] =>
  names.filter(name => {
    const end = name.replace(/^x-signalbox/, '')
    return !page.includes(`\`${name}`) && !page.includes(`\`${end}\``)
  })

const found = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name = '']) => name)),
]

describe('the page for operators', () => {
  it('has every endpoint', () => {
    expect(paths.filter(path => !page.includes(` ${path}\``))).toEqual([])
  })
  it('has every request header that is read', () => {
    const headers = found(textOf('src/faces/http/wishes.ts'), /^ {2}\['(x-[a-z-]+)',/gm)
    expect(headers.length).toBeGreaterThan(14)
    expect(missing(headers)).toEqual([])
  })
  it('has every response header that is written', () => {
    const sources = ['answer-headers', 'reply', 'visit'].map(name => textOf(`src/faces/http/${name}.ts`)).join('\n')
    const headers = found(sources, /'(x-[a-z-]+|retry-after(?:-ms)?|traceresponse|request-id)'/g)
    expect(headers.length).toBeGreaterThan(14)
    expect(missing(headers)).toEqual([])
  })
  it('has every metric', () => {
    const metrics = found(prometheusListener().text(), /^# TYPE (\w+)/gm)
    expect(metrics.length).toBeGreaterThan(9)
    expect(missing(metrics)).toEqual([])
  })
  it('has every member of a log line', () => {
    const lines = textOf('src/platform/telemetry/log.ts')
      .split('/** Who asked for what.')[1]
      ?.split('const describe')[0]
    const members = found(lines ?? '', /^ {2,4}(\w+)[:,]/gm)
    expect(members).toContain('cost_source')
    expect(missing(members)).toEqual([])
  })
})
