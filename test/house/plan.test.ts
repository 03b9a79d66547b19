/** The plan of the house, derived anew from the sources without the linter. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { plan, quiet, siblings } from './plan.ts'
import { filesUnder, root, sources } from './sources.ts'
import { fenced } from './tree.ts'
import { circles, gossip, roomOf, strangers } from './walls.ts'

const file = (path: string, text: string) => ({ path, text })

describe('the plan', () => {
  it('is the table in ARCHITECTURE.md', () => {
    const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    const table = (fenced(page, 'plan') ?? []).map(line => {
      const [room = '', may = ''] = line.split(':')
      return [
        room.trim(),
        may
          .split(',')
          .map(one => one.trim())
          .filter(Boolean),
      ] as const
    })
    expect(Object.fromEntries(table)).toEqual(plan)
  })
  it('is kept by every file', () => {
    expect(strangers(sources())).toEqual([])
  })
  it('names only rooms that it knows', () => {
    const rooms = Object.keys(plan)
    for (const may of Object.values(plan)) expect(rooms).toEqual(expect.arrayContaining([...may]))
    expect(rooms).toEqual(expect.arrayContaining([...quiet, ...siblings.map(one => roomOf(`src/${one.folder}/x`))]))
  })
  it('has no circle of rooms', () => {
    const rooms = Object.entries(plan).map(([room, may]) =>
      file(`src/${room}`, may.map(other => `import '../src/${other}'`).join('\n')),
    )
    expect(circles(rooms)).toEqual([])
  })
})

describe('files', () => {
  it('import each other in no circle', () => {
    expect(circles(sources())).toEqual([])
  })
  it('do not know their siblings', () => {
    expect(gossip(sources())).toEqual([])
  })
  it('ask the linter and the type checker for no exception', () => {
    const covered = [
      ...filesUnder('src'),
      ...filesUnder('scripts'),
      ...filesUnder('bin'),
      ...filesUnder('benchmarks'),
      ...filesUnder('examples'),
    ]
    const asking = /(?:eslint|oxlint)-disable|@ts-(?:ignore|nocheck|expect-error)/
    expect(
      covered.filter(({ path, text }) => asking.test(text) && !path.endsWith('.test-d.ts')).map(({ path }) => path),
    ).toEqual([])
  })
})

describe('the walls see a deliberate breach', () => {
  it('of an import upwards', () => {
    const breach = file('src/domain/a.ts', `import type { B } from '../routing/b.ts'`)
    expect(strangers([breach])).toEqual([expect.stringContaining('domain may not import routing')])
  })
  it('of a room that is in no plan', () => {
    expect(strangers([file('src/attic/a.ts', '')])).toEqual([expect.stringContaining('attic')])
  })
  it('of an import that leaves the sources, or lacks its ending', () => {
    expect(strangers([file('src/domain/a.ts', `import '../../test/x.ts'`)])).toHaveLength(1)
    expect(strangers([file('src/domain/a.ts', `import './b'`)])).toHaveLength(1)
  })
  it('of a circle, also one of types', () => {
    const two = [file('src/domain/a.ts', `import type { B } from './b.ts'`), file('src/domain/b.ts', `import './a.ts'`)]
    expect(circles(two)).toEqual(['src/domain/a.ts > src/domain/b.ts > src/domain/a.ts'])
    expect(circles([file('src/domain/a.ts', `import './b.ts'`), file('src/domain/b.ts', '')])).toEqual([])
  })
  it('of a sibling that knows another', () => {
    expect(gossip([file('src/dialects/one/a.ts', `import '../two/b.ts'`)])).toEqual([
      expect.stringContaining('one knows its sibling two'),
    ])
    expect(gossip([file('src/dialects/one/a.ts', `import '../framing.ts'\nimport './b.ts'`)])).toEqual([])
    expect(gossip([file('src/routing/strategies/cheap.ts', `import './fast.ts'`)])).toHaveLength(1)
  })
})
