/** Where conversations are held, and how a setup names its model there. */
import { describe, expect, it } from 'vitest'
import type { SocketMessage } from '../domain/conversation.ts'
import { azureLine, geminiLine, namedOpening, realtimeLine, vertexLine } from './lines.ts'

const at = (model: string, query = '') => ({ model, query })

describe('the address of a conversation', () => {
  it("is OpenAI's, with the rest of the client's query and the one of the base", () => {
    expect(realtimeLine.address('https://api.openai.com/v1', at('gpt-realtime'))).toBe(
      'wss://api.openai.com/v1/realtime?model=gpt-realtime',
    )
    expect(realtimeLine.address('http://127.0.0.1:1/v1/?tenant=a', at('a/b c', 'intent=x'))).toBe(
      'ws://127.0.0.1:1/v1/realtime?model=a%2Fb%20c&intent=x&tenant=a',
    )
  })
  it("is Azure's, which names a deployment where its version is a date", () => {
    const root = 'https://acme.openai.azure.com'
    expect(azureLine(false, undefined).address(root, at('rt'))).toBe(
      'wss://acme.openai.azure.com/openai/v1/realtime?model=rt',
    )
    expect(azureLine(true, '2025-04-01-preview').address(root, at('rt', 'a=b'))).toBe(
      'wss://acme.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=rt&a=b',
    )
  })
  it("is Google's in the version that the address names, or the usual one", () => {
    const service = 'GenerativeService.BidiGenerateContent'
    expect(geminiLine('v1beta').address('https://g.test', at('x'))).toBe(
      `wss://g.test/ws/google.ai.generativelanguage.v1beta.${service}`,
    )
    expect(geminiLine('v1beta').address('https://g.test/v1alpha/', at('x'))).toBe(
      `wss://g.test/ws/google.ai.generativelanguage.v1alpha.${service}`,
    )
  })
  it("is Vertex's, where the model is named with its project and place", () => {
    const line = vertexLine('v1beta1', 'projects/acme/locations/global')
    expect(line.address('https://v.test', at('x'))).toBe(
      'wss://v.test/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent',
    )
    expect(
      ['gemini-x', 'google/gemini-x', 'publishers/google/models/y', 'projects/p/z'].map(one => line.named?.(one)),
    ).toEqual([
      'projects/acme/locations/global/publishers/google/models/gemini-x',
      'projects/acme/locations/global/publishers/google/models/gemini-x',
      'projects/acme/locations/global/publishers/google/models/y',
      'projects/p/z',
    ])
  })
})

describe('a first message', () => {
  const message = (text: string): SocketMessage => ({ form: 'binary', data: new TextEncoder().encode(text) })
  const textOf = ({ data }: SocketMessage): string => new TextDecoder().decode(data)
  it('is the very same where it names the model already, or is no setup', () => {
    for (const text of ['{"setup": {"model": "models/x"} }', 'no json', '{"other":1}']) {
      const opening = message(text)
      expect(namedOpening(opening, 'models/x')).toBe(opening)
    }
  })
  it('has only the model changed', () => {
    const named = namedOpening(message('{ "setup": {"model":"models/a","b":{"c":1}}, "d" : 2 }'), 'models/x')
    expect([named.form, textOf(named)]).toEqual(['binary', '{ "setup": {"model":"models/x","b":{"c":1}}, "d" : 2 }'])
  })
})
