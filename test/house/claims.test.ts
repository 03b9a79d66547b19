/** What the pages claim holds: links lead somewhere, commands exist, configurations load, code parses. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findingText } from '../../src/config/finding.ts'
import { readConfig } from '../../src/config/load.ts'
import { readPolicies } from '../../src/config/read-policies.ts'
import { knownProviderTypes } from '../../src/gateway.ts'
import { folder, run } from '../command-line.ts'
import { blocksIn, commandsIn, deadLinks, importsOf, oursIn, pages, scriptIn } from './claims.ts'
import type { Block } from './claims.ts'
import { filesUnder, root } from './sources.ts'

const all = pages()
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object'
const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const memberOf = (name: string): Readonly<Record<string, unknown>> => {
  const member = isObject(manifest) ? manifest[name] : undefined
  return isObject(member) ? member : {}
}

describe('links', () => {
  it.each(all)('of $path lead somewhere', page => expect(deadLinks(page)).toEqual([]))
  it('are found dead by file and by heading, but not within code', () => {
    const text = '[a](nowhere.md) [b](../README.md#nowhere) [c](../README.md#try-it) [d](https://x.y) `[e](f)`'
    expect(deadLinks({ path: 'docs/x.md', text })).toEqual(['nowhere.md', '../README.md#nowhere'])
  })
})

/** Records say what was once meant, not what is there. */
const instructive = all.filter(({ path }) => !path.startsWith('docs/decisions/') && path !== 'CHANGELOG.md')

describe('commands', () => {
  const commands = instructive.flatMap(({ path, text }) => commandsIn(text).map(command => ({ path, command })))

  it('of npm are scripts of this package', () => {
    const scripts = Object.keys(memberOf('scripts'))
    const missing = commands.filter(({ command }) => !scripts.includes(scriptIn(command) ?? 'start'))
    expect(missing).toEqual([])
    expect(commands.length).toBeGreaterThan(10)
  })
  it('of ours exist, with each of their options', async () => {
    const strange: string[] = []
    for (const { path, command } of commands) {
      const [name = '--help', ...words] = oursIn(command) ?? []
      const asked = name.startsWith('-') ? [] : [name]
      const { code, out } = await run([...asked, '--help'])
      const options = [...words, ...(asked.length === 0 ? [name] : [])].filter(word => word.startsWith('--'))
      const unknown = options.filter(option => !new RegExp(`${option}\\b`).test(out))
      if (code !== 0 || unknown.length > 0) strange.push(`${path}: ${command.join(' ')}`)
    }
    expect(strange).toEqual([])
  })
  it('are read from blocks and from the text, with comments and further lines', () => {
    const page = 'See `signalbox demo`.\n```sh\nnpm ci && npm run -s signalbox -- check \\\n  a.yaml # why\n```\n'
    expect(commandsIn(page).map(oursIn)).toEqual([undefined, ['check', 'a.yaml'], ['demo']])
    expect(commandsIn(page).map(scriptIn)).toEqual([undefined, 'signalbox', undefined])
  })
})

/** What a fragment of a configuration leaves out. */
const base: Readonly<Record<string, string>> = {
  providers: `{ openai: { type: openai, key: '\${OPENAI_API_KEY}' }, anthropic: { type: anthropic, key: '\${ANTHROPIC_API_KEY}' } }`,
  deployments: `{ sonnet: { provider: anthropic, model: claude-sonnet-4-5, quality: 0.9 }, haiku: { provider: anthropic, model: claude-haiku-4-5, quality: 0.84 }, mini: { provider: openai, model: gpt-4.1-mini, quality: 0.82 } }`,
  pools: '{ support: { candidates: [sonnet, haiku, mini] } }',
  keys: `{ base: { value: '\${BASE_KEY}' } }`,
}

const completed = (text: string): string => {
  const isThere = (member: string): boolean => new RegExp(`^${member}:`, 'm').test(text)
  const left = Object.entries(base).filter(([member]) => !isThere(member))
  return [text.trimEnd(), ...left.map(([member, value]) => `${member}: ${value}`), ''].join('\n')
}

/** Every variable that a text names, each with a value of its own. */
const stubbed = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, `stub-for-${name}-0123456789`]))

/** What is wrong with a configuration, a part of one, a policy, or a list of steps. */
const faultsOf = (text: string, file: string): readonly string[] => {
  const isList = /^- /m.test(text.split('\n').find(line => line !== '' && !line.startsWith('#')) ?? '')
  const isPolicy = /^steps:/m.test(text)
  const whole = completed(text)
  const read =
    isList || isPolicy
      ? readPolicies(isList ? `steps:\n${text}` : text, file)
      : readConfig(whole, { file, env: stubbed(whole), providerTypes: knownProviderTypes })
  const isComplete = whole.trimEnd() === text.trimEnd()
  return read.findings.filter(({ severity }) => severity === 'error' || isComplete).map(findingText)
}

interface Placed extends Block {
  readonly path: string
}
const blocksOf = (language: string): readonly Placed[] =>
  instructive.flatMap(({ path, text }) =>
    blocksIn(text)
      .filter(block => block.language === language)
      .map(block => ({ ...block, path })),
  )

describe('configurations', () => {
  const files = filesUnder('examples', path => path.endsWith('.yaml'))

  it.each(blocksOf('yaml'))('in $path, line $line, are sound', ({ path, text }) => {
    expect(faultsOf(text, path)).toEqual([])
  })
  it.each(files)('$path is sound, and nothing in it is doubtful', ({ path, text }) => {
    expect(completed(text)).toBe(text)
    expect(faultsOf(text, path)).toEqual([])
  })
  it('of the first page is the example that it says it is', () => {
    const [first] = blocksOf('yaml').filter(({ path }) => path === 'README.md')
    expect(files.map(({ text }) => text)).toContain(first?.text)
  })
  it('are found at fault: a whole one, a part, a policy, a list of steps', () => {
    expect(faultsOf('server: { prot: 1 }', 'x')).toEqual([expect.stringContaining('did you mean "port"')])
    expect(faultsOf('steps: [cheep]', 'x')).toEqual([expect.stringContaining('did you mean "cheap"')])
    expect(faultsOf('- use: cheep', 'x')).toEqual([expect.stringContaining('did you mean "cheap"')])
    expect(faultsOf('server: { port: 1 }', 'x')).toEqual([])
  })
})

/** The source behind an entry of this package, such as `signalbox/node`. */
const sourceOf = (from: string): string | undefined => {
  const entry = memberOf('exports')[from.replace('signalbox', '.')]
  const built = isObject(entry) ? entry['default'] : undefined
  return typeof built === 'string' ? built.replace('./dist/', 'src/').replace(/\.js$/, '.ts') : undefined
}

describe('code', () => {
  const blocks = blocksOf('js')

  it.each(blocks)('in $path, line $line, parses', async ({ text }) => {
    await using place = await folder()
    const file = join(place.path, 'block.mjs')
    writeFileSync(file, text)
    const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' })
    expect({ status, said: status === 0 ? '' : stderr }).toEqual({ status: 0, said: '' })
  })
  it.each(blocks)('in $path, line $line, imports what this package exports', async ({ text }) => {
    for (const { from, names } of importsOf(text).filter(one => one.from.split('/', 1)[0] === 'signalbox')) {
      const source = sourceOf(from)
      expect(source, `${from} is no entry of this package`).toBeDefined()
      const module: unknown = await import(pathToFileURL(join(root, source ?? '')).href)
      expect(isObject(module) ? Object.keys(module) : []).toEqual(expect.arrayContaining([...names]))
    }
  })
  it('is there', () => expect(blocks.length).toBeGreaterThan(2))
})
