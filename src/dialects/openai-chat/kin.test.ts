/** What a request for a response says in words that chat completions have too arrives there, where the model can bear it. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../../test/requests.ts'
import { openaiResponses } from '../openai-responses/index.ts'
import { openaiChat } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const crossed = (body: Json, model: string) => {
  const read = openaiResponses.decodeRequest({ model: 'pool', input: 'Hi', ...body })
  if (!read.ok) throw new Error(read.why)
  const { value, losses } = openaiChat.encodeRequest(requestOf(read.value), model)
  return { value, losses: losses.map(({ field }) => field).toSorted() }
}
const kept = { prompt_cache_key: 'warm', prompt_cache_retention: '24h', store: true }

describe("members of OpenAI's other dialect", () => {
  it('go along to a model of OpenAI', () => {
    const { value, losses } = crossed({ ...kept, text: { verbosity: 'low' } }, 'gpt-5.1')
    expect(value).toMatchObject({ ...kept, verbosity: 'low' })
    expect(losses).toEqual([])
  })
  it('are lost by name where a look-alike would refuse them', () => {
    const { value, losses } = crossed({ ...kept, text: { verbosity: 'low' } }, 'llama-3.3-70b')
    expect(Object.keys(value)).toEqual(['model', 'messages'])
    expect(losses).toEqual(['prompt_cache_key', 'prompt_cache_retention', 'store', 'text.verbosity'])
  })
  it('lose the verbosity alone where a model cannot be told of it', () => {
    const { value, losses } = crossed({ ...kept, text: { verbosity: 'low' } }, 'gpt-4.1')
    expect(value).toMatchObject(kept)
    expect(losses).toEqual(['text.verbosity'])
  })
  it('give way to what the client of a chat said itself', () => {
    const read = openaiChat.decodeRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], store: false })
    if (!read.ok) throw new Error(read.why)
    const extensions = { ...read.value.extensions, 'openai-responses': { store: true } }
    const { value } = openaiChat.encodeRequest(requestOf({ ...read.value, extensions }), 'gpt-5')
    expect(value).toMatchObject({ store: false })
  })
})

describe('how closely an image is to be looked at', () => {
  const asking = (detail: string): Json => {
    const image = { type: 'input_image', image_url: 'https://example.com/a.png', detail }
    return { input: [{ role: 'user', content: [image] }] }
  }
  it.each(['auto', 'low', 'high'])('arrives: %s', detail => {
    const { value, losses } = crossed(asking(detail), 'any')
    expect(value['messages']).toEqual([
      {
        role: 'user',
        content: [{ type: 'image_url', image_url: { detail, url: 'https://example.com/a.png' } }],
      },
    ])
    expect(losses).toEqual([])
  })
  it('is lost by name in a word that only responses have', () => {
    const { value, losses } = crossed(asking('original'), 'any')
    expect(JSON.stringify(value)).not.toContain('original')
    expect(losses).toEqual(['messages.detail'])
  })
})
