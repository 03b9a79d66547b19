/** The scanner that all tests of the house rely on. */
import { describe, expect, it } from 'vitest'
import { captionOf, codeOf, commentsOf, importsOf, sources, targetOf } from './sources.ts'

const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim()

describe('codeOf', () => {
  it('blanks comments and strings and keeps lines', () => {
    const text = `const a = 'await' // await\n/* await\n */ const b = "x" + /await/.source`
    expect(codeOf(text).split('\n')).toHaveLength(3)
    expect(codeOf(text)).not.toContain('await')
    expect(tidy(codeOf(text))).toBe('const a = const b = + .source')
  })
  it('keeps the code in the holes of templates and blanks their words', () => {
    const text = 'const a = `https://await ${f({ b: `${await g()}` })} await`; await h()'
    expect(tidy(codeOf(text))).toBe('const a = f({ b: await g() }) ; await h()')
  })
  it('tells a division from a pattern', () => {
    expect(tidy(codeOf('const a = b / c / await d'))).toBe('const a = b / c / await d')
    expect(tidy(codeOf("x.replace(/[/'`]/g, y)"))).toBe('x.replace( , y)')
  })
  it('covers every character of every source, so that no line is missed', () => {
    for (const { path, text } of sources()) expect([path, codeOf(text).length]).toEqual([path, text.length])
  })
})

describe('importsOf', () => {
  it('finds imports and exports of every form, with their lines', () => {
    const text = [
      `import './a.ts'`,
      `import type { B } from './b.ts'`,
      `import {`,
      `  c,`,
      `} from "./c.ts"`,
      `export * from './d.ts'`,
      `const e = await import('./e.ts')`,
      `// import './never.ts'`,
      `const s = "import './never.ts'"`,
      `export const x = 'from'`,
      '`',
      `import './never.ts'`,
      '`',
    ].join('\n')
    expect(importsOf(text)).toEqual([
      { from: './a.ts', line: 1, typeOnly: false },
      { from: './b.ts', line: 2, typeOnly: true },
      { from: './c.ts', line: 5, typeOnly: false },
      { from: './d.ts', line: 6, typeOnly: false },
      { from: './e.ts', line: 7, typeOnly: false },
    ])
  })
  it('leads relative imports to their file', () => {
    expect(targetOf('src/a/b/c.ts', '../d.ts')).toBe('src/a/d.ts')
    expect(targetOf('src/a/b/c.ts', 'zod')).toBeUndefined()
  })
})

describe('captionOf', () => {
  it('reads one sentence from the first line alone', () => {
    expect(captionOf('/** What it is. */\ncode')).toBe('What it is.')
    expect(captionOf('#!/usr/bin/env node\n/** What it is. */\n')).toBe('What it is.')
    expect(captionOf('import x\n/** What it is. */')).toBeUndefined()
    expect(captionOf('/**\n * What it is.\n */')).toBeUndefined()
  })
})

describe('commentsOf', () => {
  it('keeps only what is said beside the code', () => {
    expect(tidy(commentsOf('a() // why\nb("// not")'))).toBe('// why')
  })
})
