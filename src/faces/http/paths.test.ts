/** Paths are found exactly, or by what stands around their open part. */
import { describe, expect, it } from 'vitest'
import { lookup } from './paths.ts'

const find = lookup([
  { path: '/v1/models', found: 'list' },
  { path: '/v1/models/{}', found: 'one' },
  { path: '/v1beta/models/{}:generateContent', found: 'generate' },
  { path: '/model/{}/converse', found: 'converse' },
  { path: '/v1/projects/{}/locations/{}/publishers/{}/models/{}', found: 'vertex' },
  { path: '/passthrough/{}', found: 'get' },
  { path: '/passthrough/{}', found: 'post' },
])

describe('a path', () => {
  it.each([
    ['/v1/models', ['list'], ''],
    ['/v1/models/openai/gpt-4o', ['one'], 'openai/gpt-4o'],
    ['/v1beta/models/gemini-2.5-flash:generateContent', ['generate'], 'gemini-2.5-flash'],
    ['/model/anthropic.claude-v1%3A0/converse', ['converse'], 'anthropic.claude-v1%3A0'],
    ['/v1/projects/p/locations/eu/publishers/google/models/a/b:c', ['vertex'], 'p/eu/google/a/b:c'],
    ['/passthrough/openai/files', ['get', 'post'], 'openai/files'],
  ])('%s is found', (path, found, rest) => {
    expect(find(path).map(one => one.found)).toEqual(found)
    expect(find(path)[0]?.rest).toBe(rest)
  })

  it.each([
    '/v1/models/',
    '/model//converse',
    '/v1beta/models/:generateContent',
    '/v1/projects/p/q/locations/eu/publishers/google/models/a',
    '/v1/projects//locations/eu/publishers/google/models/a',
    '/v1/projects/p/locations/eu/publishers/google/models/',
    '/v1/projects/p/locations/eu',
    '/',
    '',
  ])('%s is not', path => {
    expect(find(path)).toEqual([])
  })
})
