/** Every file says in its first line what it is, and ARCHITECTURE.md shows it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { captionOf, filesUnder, root, sources } from './sources.ts'
import type { Source } from './sources.ts'
import { fenced, treeOf, withFenced } from './tree.ts'

/** Files without a caption, or with one that is no sentence of its own line. */
const unnamed = (files: readonly Source[]): readonly string[] =>
  files.filter(({ text }) => !/^[^\s].*\.$/.test(captionOf(text) ?? '')).map(({ path }) => path)

describe('captions', () => {
  it('stand in the first line of every file', () => {
    const files = [
      ...filesUnder('src', path => path.endsWith('.ts')),
      ...filesUnder('test', path => path.endsWith('.ts')),
      ...filesUnder('scripts', path => /\.m?[jt]s$/.test(path)),
      ...filesUnder('benchmarks', path => /\.m?[jt]s$/.test(path)),
      ...filesUnder('bin'),
    ]
    expect(unnamed(files)).toEqual([])
  })
  it('are those that ARCHITECTURE.md shows (run `node scripts/architecture.mjs --write`)', () => {
    const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    expect(fenced(page, 'tree')).toEqual(treeOf(sources()))
  })
  it('are missed where they are missing', () => {
    expect(unnamed([{ path: 'a.ts', text: 'import x' }])).toEqual(['a.ts'])
    expect(unnamed([{ path: 'a.ts', text: '/** no sentence */\n' }])).toEqual(['a.ts'])
    expect(unnamed([{ path: 'a.ts', text: '/** A sentence. */\n' }])).toEqual([])
  })
})

describe('the tree', () => {
  const files = [
    { path: 'src/domain/b.ts', text: '/** The b. */' },
    { path: 'src/dialects/x/y.ts', text: '/** The y. */' },
    { path: 'src/index.ts', text: '/** The face. */' },
  ]
  it('shows folders, then files, each with its caption', () => {
    const names = treeOf(files).map(line => line.trim().replace(/\s{2,}/g, ' | '))
    expect(names).toEqual([
      'src/',
      'dialects/ | wire formats, pure; one folder each',
      'x/',
      'y.ts | The y.',
      'domain/ | the nouns; imports nobody',
      'b.ts | The b.',
      'index.ts | The face.',
    ])
  })
  it('is read from and written between its fences', () => {
    const page = 'a\n```tree\nold\n```\nb\n'
    expect(withFenced(page, 'tree', ['new', 'er'])).toBe('a\n```tree\nnew\ner\n```\nb\n')
    expect(fenced(withFenced(page, 'tree', ['new', 'er']), 'tree')).toEqual(['new', 'er'])
    expect(fenced(page, 'plan')).toBeUndefined()
  })
})
