/** What may be asked of several, or once more on a copy: nothing that would be done twice by it. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/requests.ts'
import type { DialectId } from '../domain/ids.ts'
import type { Memory } from '../domain/memory.ts'
import { isRepeatable } from './repeatable.ts'

const memory = (change: Partial<Memory>): Memory => ({
  dialect: 'openai-responses' as DialectId,
  refersBy: [],
  keeps: false,
  ...change,
})
const raw = (json: Readonly<Record<string, unknown>>) => ({
  dialect: 'openai-chat' as DialectId,
  bytes: new Uint8Array(),
  json,
})
const may = (change: object = {}, hasServerTools?: boolean): boolean =>
  isRepeatable({ ...requestOf(), ...change }, hasServerTools === undefined ? {} : { hasServerTools })

describe('a request may be asked of several', () => {
  it('where an answer is all that comes of it', () => {
    expect(may()).toBe(true)
    expect(may({ operation: 'embeddings' })).toBe(true)
    expect(may({ raw: raw({ store: false }) })).toBe(true)
  })
  it('though its provider keeps the answer, where the client did not ask for that', () => {
    expect(may({ memory: memory({ keeps: true }) })).toBe(true)
  })
})

describe('a request is asked of one alone', () => {
  it('where its tools are run by the provider', () => {
    expect(may({}, true)).toBe(false)
    expect(may({}, false)).toBe(true)
  })
  it.each(['realtime', 'count-tokens', 'passthrough'])('where it is %s', operation => {
    expect(may({ operation })).toBe(false)
  })
  it('where it names what a provider keeps', () => {
    expect(may({ memory: memory({ refersBy: ['previous_response_id'] }) })).toBe(false)
    expect(may({ memory: memory({ id: 'resp_1' }) })).toBe(false)
  })
  it('where it names a file or a cache that lies with a provider: another would answer without', () => {
    const file = { type: 'file', mediaType: 'application/pdf' } as const
    const said = (source: object) => ({ messages: [{ role: 'user', parts: [{ ...file, source }] }] })
    expect(may(said({ base64: 'AAAA' }))).toBe(true)
    expect(may(said({ url: 'https://a.test/a.pdf' }))).toBe(true)
    expect(may(said({ fileId: 'file-1' }))).toBe(false)
    expect(may(said({ url: 's3://bucket/a.pdf' }))).toBe(false)
    const result = { type: 'tool-result', callId: 'c', isError: false, output: [{ ...file, source: { fileId: 'f' } }] }
    expect(may({ messages: [{ role: 'tool', parts: [result] }] })).toBe(false)
    expect(may({ extensions: { gemini: { cachedContent: 'cachedContents/1' } } })).toBe(false)
  })
  it('where the client asked, in words, to keep the answer, by itself or as a library', () => {
    expect(may({ raw: raw({ store: true }) })).toBe(false)
    expect(may({ extensions: { 'openai-chat': { store: true } } })).toBe(false)
  })
})
