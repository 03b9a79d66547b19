/** The reference pages say what the sources say. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { strategyNames } from '../../src/routing/registry.ts'
import { root } from '../house/sources.ts'
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

describe('signals in the source', () => {
  it('are read with their sentence and their type, over several lines too', () => {
    const source = `export interface SignalTypes {\n  /** One. */\n  'a.b': string\n  'c.d': {\n    readonly e: Unit\n    readonly f: string\n  }\n}\n`
    expect(signalDocs(source)).toEqual([
      { key: 'a.b', sentence: 'One.', type: 'string' },
      { key: 'c.d', sentence: '', type: '{ readonly e: Unit; readonly f: string }' },
    ])
  })
})
