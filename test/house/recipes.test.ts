/** Recipes name files that exist, and every line of a registry is held to a contract. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesUnder, importsOf, root, targetOf } from './sources.ts'
import type { Source } from './sources.ts'

/** Paths of the repository that a page names; names with a placeholder such as `<name>` or `x` stand for files to come. */
const pathsIn = (page: string): readonly string[] =>
  [...page.matchAll(/`((?:src|test|docs|scripts|examples|benchmarks|bin)\/[^`\s]*)`/g)]
    .map(found => found[1] ?? '')
    .filter(path => !/[<>{}*…]|(?:^|\/)x(?:[./-]|$)/.test(path))

/** Rooms whose registry lists implementations of a port, and the suite that holds them. */
const contracts: Readonly<Record<string, string>> = {
  'src/dialects/registry.ts': 'test/contract/dialect.contract.ts',
  'src/providers/registry.ts': 'test/contract/provider.contract.ts',
  'src/routing/registry.ts': 'test/contract/strategy.contract.ts',
  'src/guardrails/registry.ts': 'test/contract/guardrail.contract.ts',
}

/** Registries whose entries have no suite in common, and why. */
const without: Readonly<Record<string, string>> = {
  'src/signals/registry.ts': 'a source is a single function over live state, tried by its own test',
}

/** What a registry lists that no test of a contract reaches: by the registry itself, or by the entry's own test. */
const untested = (registry: Source, contract: string, tests: readonly Source[]): readonly string[] => {
  const reached = new Set(
    tests
      .filter(({ path, text }) => targets(path, text).includes(contract))
      .flatMap(({ path, text }) => targets(path, text)),
  )
  if (reached.has(registry.path)) return []
  return targets(registry.path, registry.text).filter(target => isEntry(registry.path, target) && !reached.has(target))
}
const targets = (path: string, text: string): readonly string[] =>
  importsOf(text).flatMap(({ from, typeOnly }) => (typeOnly ? [] : (targetOf(path, from) ?? [])))
/** An entry lies in a folder of its own below the room, or beside the registry. */
const isEntry = (registry: string, target: string): boolean =>
  target.startsWith(registry.slice(0, registry.lastIndexOf('/') + 1))

describe('recipes', () => {
  const pages = filesUnder('docs/recipes', path => path.endsWith('.md'))

  it('are there for each kind of addition', () => {
    const names = pages.map(({ path }) => path)
    for (const kind of ['provider', 'strategy', 'dialect', 'store'])
      expect(names).toContain(`docs/recipes/add-a-${kind}.md`)
  })
  it('name files that exist', () => {
    const missing = pages.flatMap(({ path, text }) =>
      pathsIn(text)
        .filter(one => !existsSync(join(root, one)))
        .map(one => `${path}: ${one}`),
    )
    expect(missing).toEqual([])
  })
  it('are read: a name is found, a placeholder is none', () => {
    expect(
      pathsIn('edit `src/a/b.ts`, then `test/c/` and `src/dialects/<name>/wire.ts`, `src/providers/x.ts`'),
    ).toEqual(['src/a/b.ts', 'test/c/'])
  })
})

describe('registries', () => {
  const tests = [...filesUnder('src'), ...filesUnder('test')].filter(({ path }) => path.endsWith('.test.ts'))
  const registries = filesUnder('src', path => path.endsWith('/registry.ts'))
  it('have a contract, or a reason to have none', () => {
    expect(registries.map(({ path }) => path).filter(path => !(path in contracts) && !(path in without))).toEqual([])
  })
  for (const registry of registries.filter(({ path }) => path in contracts)) {
    const contract = contracts[registry.path]
    it(`each line of ${registry.path} has its contract test`, () => {
      expect(untested(registry, contract ?? '', tests)).toEqual([])
    })
  }
  it('are read: a line without a test is found', () => {
    const registry = {
      path: 'src/dialects/registry.ts',
      text: `import { a } from './a/index.ts'\nimport { b } from './b/index.ts'`,
    }
    const contract = 'test/contract/dialect.contract.ts'
    const test = {
      path: 'src/dialects/a/a.test.ts',
      text: `import '../../../${contract}'\nimport { a } from './index.ts'`,
    }
    const all = { path: 'src/dialects/all.test.ts', text: `import '../../${contract}'\nimport './registry.ts'` }
    expect(untested(registry, contract, [test])).toEqual(['src/dialects/b/index.ts'])
    expect(untested(registry, contract, [test, all])).toEqual([])
    expect(untested(registry, contract, [{ ...test, text: `import { a } from './index.ts'` }])).toHaveLength(2)
  })
})
