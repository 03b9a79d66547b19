/** The quiet rooms only compute. */
import { describe, expect, it } from 'vitest'
import { plan, quiet } from './plan.ts'
import { sources } from './sources.ts'
import { noise, roomOf } from './walls.ts'

const inQuietRoom = (text: string) => [{ path: 'src/domain/a.ts', text }]

describe('the quiet rooms', () => {
  it('make no noise', () => {
    expect(noise(sources())).toEqual([])
  })
  it('import only quiet rooms', () => {
    for (const room of quiet) expect(quiet).toEqual(expect.arrayContaining([...(plan[room] ?? [])]))
  })
  it('are all there', () => {
    const rooms = new Set(sources().map(({ path }) => roomOf(path)))
    for (const room of ['domain', 'ports', 'dialects', 'providers', 'routing']) expect(rooms).toContain(room)
  })
})

describe('the ear hears a deliberate breach', () => {
  const breaches = [
    'const f = async () => 1',
    'await f()',
    'throw new Error(why)',
    'const at = Date.now()',
    'const at = new Date()',
    'Math.random()',
    "process.env['A']",
    'console.log(1)',
    'setTimeout(f, 1)',
    'const r = fetch(url)',
    'crypto.randomUUID()',
    'performance.now()',
    'Buffer.from(x)',
    'new Promise(f)',
    "import { z } from 'zod'",
    "import type { A } from 'node:fs'",
    'const x = `${Date.now()}`',
  ]
  for (const breach of breaches) {
    it(`in: ${breach}`, () => {
      expect(noise(inQuietRoom(`/** A file. */\n${breach}\n`))).toHaveLength(1)
    })
  }
  it('and takes no words of comments, strings or names for one', () => {
    const innocent =
      "// await and throw\nconst throwaway = 'await'\nconst at = Date.parse(text)\nbox.fetch(1)\nfor (const process of all) use(process)"
    expect(noise(inQuietRoom(innocent))).toEqual([])
    expect(noise([{ path: 'src/platform/a.ts', text: 'await f()' }])).toEqual([])
  })
})
