/** The first page names clients, providers and pages that are there, and each client as its example uses it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { operations } from '../../src/domain/operation.ts'
import { paths } from '../../src/faces/http/routes.ts'
import { knownProviderTypes } from '../../src/gateway.ts'
import { root } from './sources.ts'

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')
const page = textOf('README.md')

/** The cells of each row of the table below this heading or sentence. */
const tableBelow = (words: string): readonly (readonly string[])[] => {
  const [, below = ''] = page.split(words)
  const [table = ''] = below.split('\n| --- ').slice(1)
  const rows = table.split('\n').slice(1)
  const end = rows.findIndex(row => !row.startsWith('|'))
  return rows.slice(0, end).map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}
const codeIn = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

describe('the clients of the first page', () => {
  const clients = tableBelow('need another base URL and nothing else').map(
    ([client = '', address = '', program = '']) => ({
      client: codeIn(client)[0] ?? '',
      address: codeIn(address)[0] ?? '',
      program: /\((.+)\)/.exec(program)?.[1] ?? '',
    }),
  )

  it('are the six', () => expect(clients).toHaveLength(6))
  it.each(clients)('$client is used so by $program', ({ client, address, program }) => {
    const example = textOf(program)
    expect(example).toMatch(new RegExp(`from '${client}'`))
    // `baseURL: 'http://127.0.0.1:4141/v1'` stands there as baseURL: `${url}/v1`, what has no path as plain url.
    const [, member = '', path = ''] = /(\w+): 'http:\/\/127\.0\.0\.1:4141([^']*)'/.exec(address) ?? []
    expect(example).toContain(path === '' ? `${member}: url` : `${member}: \`\${url}${path}\``)
  })
})

describe('the providers of the first page', () => {
  const types = tableBelow('## Who can be called').flatMap(([, type = '']) => codeIn(type))

  it('are types that a configuration may name', () => {
    expect(types.filter(type => !knownProviderTypes.includes(type))).toEqual([])
    expect(types.length).toBeGreaterThan(15)
  })
})

describe('what is asked, on the first page', () => {
  it('is every operation that has a door', () => {
    const [, below = ''] = page.split('| what is asked |')
    const words = below.split('\n## ', 1)[0] ?? ''
    const named: Readonly<Record<string, string>> = {
      embeddings: 'embeddings',
      rerank: 'ranking',
      moderations: 'moderation',
      images: 'images',
      'image-edits': 'edits of images',
      speech: 'speech',
      transcriptions: 'transcription',
      translations: 'translation',
      'count-tokens': 'how long a request is',
      realtime: 'a conversation over a socket',
      passthrough: '/passthrough/',
    }
    const asked = operations.filter(operation => operation !== 'chat')
    expect(asked.filter(operation => !words.includes(named[operation] ?? '?'))).toEqual([])
  })
  it('is asked at paths that are there', () => {
    const asked = [...page.matchAll(/http:\/\/127\.0\.0\.1:4141(\/v\d\/[a-z_/]+)/g)].map(([, path = '']) => path)
    expect(asked.filter(path => !paths.some(one => one === path || one.replace('{id}', '') === path))).toEqual([])
    expect(asked.length).toBeGreaterThan(2)
  })
})
