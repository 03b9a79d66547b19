/** The library's face runs anywhere: it pulls in no module of Node, and no package but such as only compute. */
import { describe, expect, it } from 'vitest'
import { importsOf, sources, targetOf } from './sources.ts'
import type { Source } from './sources.ts'
import { isQuietPackage } from './walls.ts'

/** Packages and missing files that this entry reaches once types are stripped, each with the way to it. */
const reaches = (entry: string, files: readonly Source[]): readonly string[] => {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const seen = new Set<string>()
  const found: string[] = []
  const walk = (path: string, way: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    const text = texts.get(path)
    if (text === undefined) {
      found.push(`${way}: missing`)
      return
    }
    for (const { from, typeOnly } of importsOf(text)) {
      if (typeOnly || isQuietPackage(from)) continue
      const target = targetOf(path, from)
      if (target === undefined) found.push(`${way} > ${from}`)
      else walk(target, `${way} > ${target}`)
    }
  }
  walk(entry, entry)
  return found
}

describe('src/index.ts', () => {
  it('pulls in no module of Node, and no package but such as only compute', () => {
    expect(reaches('src/index.ts', sources())).toEqual([])
  })
  it('would be caught at it', () => {
    const file = (path: string, text: string): Source => ({ path, text })
    const files = [
      file('src/index.ts', `import './a.ts'\nimport type { X } from 'zod'`),
      file('src/a.ts', `import 'node:fs'`),
    ]
    expect(reaches('src/index.ts', files)).toEqual(['src/index.ts > src/a.ts > node:fs'])
    expect(reaches('src/index.ts', [file('src/index.ts', `export * from './gone.ts'`)])).toHaveLength(1)
  })
})
