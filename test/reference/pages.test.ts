/** The reference pages say what the sources say. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileSchema } from '../../src/config/schema.ts'
import { strategyNames } from '../../src/routing/registry.ts'
import { root } from '../house/sources.ts'
import { eventDocs, interfaceIn } from './events-page.ts'
import { referencePages, signalDocs } from './pages.ts'

describe('reference pages', () => {
  it.each(Object.entries(referencePages()))(
    '%s is as the sources are (run `node scripts/reference.mjs --write`)',
    (path, page) => {
      expect(existsSync(join(root, path))).toBe(true)
      expect(readFileSync(join(root, path), 'utf8')).toBe(page)
    },
  )
  it('hold every strategy, and no cell is empty', () => {
    const pages = Object.values(referencePages())
    for (const name of strategyNames) expect(pages[0]).toContain(`### \`${name}\``)
    for (const page of pages) expect(page).not.toMatch(/\|\s{2,}\||undefined/)
  })
})

describe('the page on the configuration', () => {
  const page = referencePages()['docs/reference/config.md'] ?? ''

  it('has every member of the file, and a section for whatever has members of its own', () => {
    for (const name of Object.keys(fileSchema.shape)) expect(page).toContain(`\n| \`${name}\` |`)
    for (const place of ['providers.<name>', 'providers.<name>.keys[]', 'policies.<name>.patience', 'server'])
      expect(page).toContain(`\n### \`${place}\`\n`)
  })
  it('says what to write in the words of the check, and what is not in force', () => {
    expect(page).toContain('| `midStream` | error, continue or restart | no |')
    expect(page).toContain('| `store.shared` | shared is not in force yet')
  })
})

describe('the page on steps', () => {
  const page = referencePages()['docs/reference/strategies.md'] ?? ''

  it('has every structure with its members, and what a policy says beside its steps', () => {
    for (const name of ['when', 'split', 'blend', 'execution']) expect(page).toContain(`\n### \`${name}\`\n`)
    for (const name of ['otherwise', 'shadow', 'maxSpend', 'after', 'width', 'spend', 'judge', 'midStream', 'window'])
      expect(page).toContain(`\n| \`${name}\` |`)
    expect(page).toContain('| `mode` | fallback, hedge, race or cascade | yes |')
  })
  it('tells what a step reads with an option alone', () => {
    expect(page).toContain('With some options also `candidate.tenantShare`.')
  })
})

describe('events in the source', () => {
  const source = `/** All. */
export interface Settled {
  readonly a: string
}

export type GatewayEvent =
  /** It came. */
  | (RequestEvent & {
      readonly type: 'came'
      readonly to?: string
    })
  | (RequestEvent & { readonly type: 'went' })

export interface Other {
  readonly b: string
}
`
  it('are read with their sentence and what they carry, on one line or several', () => {
    expect(eventDocs(source)).toEqual([
      { type: 'came', sentence: 'It came.', carries: ['to?: string'] },
      { type: 'went', sentence: '', carries: [] },
    ])
  })
  it('are shown with the interfaces that they name, comment and all', () => {
    expect(interfaceIn(source, 'Settled')).toBe('/** All. */\nexport interface Settled {\n  readonly a: string\n}')
    expect(interfaceIn(source, 'Nowhere')).toBe('')
  })
})

describe('signals in the source', () => {
  it('are read with their sentence and their type, over several lines too', () => {
    const source = `export interface SignalTypes {\n  /** One. */\n  'a.b': string\n  'c.d': {\n    readonly e: Unit\n    readonly f: string\n  }\n}\n`
    expect(signalDocs(source)).toEqual([
      { key: 'a.b', sentence: 'One.', type: 'string' },
      { key: 'c.d', sentence: '', type: '{ readonly e: Unit; readonly f: string }' },
    ])
  })
})
