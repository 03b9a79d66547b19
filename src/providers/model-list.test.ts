/** Lists of models as servers and companies give them, and what they tell of single ones. */
import { describe, expect, it } from 'vitest'
import type { ProviderId } from '../domain/ids.ts'
import type { ModelList } from '../ports/model-list.ts'
import { modelListOf } from './model-list.ts'
import type { ProviderSettings } from './speak.ts'

const settings: ProviderSettings = {
  id: 'local' as ProviderId,
  credentials: [],
  version: '1',
  headers: { 'X-Team': 'a' },
}
const listOf = (type: string, url?: string): ModelList => {
  const made = modelListOf(type, { ...settings, ...(url !== undefined && { url }) })
  if (made?.ok !== true) throw new Error(made?.why ?? 'no list')
  return made.value
}
const read = (body: unknown) => listOf('vllm', 'http://127.0.0.1:8000/v1').read(JSON.stringify(body))

describe('a list of models', () => {
  it('is asked for below the address, with the headers of the settings and a key in its own', () => {
    const list = listOf('vllm', 'http://127.0.0.1:8000/v1/')
    expect(list.request).toMatchObject({ method: 'GET', url: 'http://127.0.0.1:8000/v1/models', body: '' })
    expect(list.request.headers).toEqual(expect.arrayContaining(['x-team', 'a']))
    expect(list.authorize(list.request, 'k3y', 0 as never).headers).toEqual(expect.arrayContaining(['Bearer k3y']))
    expect(listOf('ollama').request.url).toBe('http://127.0.0.1:11434/v1/models')
    expect(listOf('openai').request.url).toBe('https://api.openai.com/v1/models')
  })
  it('tells windows in the words of each server', () => {
    expect(
      read({
        object: 'list',
        data: [
          { id: 'vllm', max_model_len: 4096 },
          { id: 'groq', context_window: 131_072 },
          { id: 'mistral', max_context_length: 32_768 },
          { id: 'openrouter', context_length: 200_000 },
          { id: 'llama.cpp', meta: { n_ctx_train: 8192 } },
          { id: 'nothing', max_model_len: null },
        ],
      }),
    ).toEqual({
      ok: true,
      value: [
        { model: 'vllm', contextWindow: 4096 },
        { model: 'groq', contextWindow: 131_072 },
        { model: 'mistral', contextWindow: 32_768 },
        { model: 'openrouter', contextWindow: 200_000 },
        { model: 'llama.cpp', contextWindow: 8192 },
        { model: 'nothing' },
      ],
    })
  })
  it('may be bare, or of names; what is no model is left out, and each is there once', () => {
    expect(read([{ id: 'a' }, { id: 'a' }, { id: '' }, 7, { id: 'x'.repeat(301) }])).toEqual({
      ok: true,
      value: [{ model: 'a' }],
    })
    expect(read({ models: [{ name: 'b' }] })).toEqual({ ok: true, value: [{ model: 'b' }] })
    expect(read({ data: [] })).toEqual({ ok: true, value: [] })
  })
  it('holds no name that would move a cursor, begin a line or hide itself', () => {
    const odd = ['a\nb', 'a\u001b[2Jb', 'a\u202eb', 'a\ud800b', 'a\u2028b', 'a\u200bb']
    const fine = ['/models/My Model.gguf', '通义千问', 'hf.co/a/b:Q4_K_M']
    expect(read({ data: [...odd, ...fine].map(id => ({ id })) })).toEqual({
      ok: true,
      value: fine.map(model => ({ model })),
    })
  })
  it('says what it found where there is none', () => {
    for (const body of [{ error: 'x' }, 'text', null, { data: {} }]) expect(read(body)).toMatchObject({ ok: false })
  })
  it('is not there for types of other forms, and needs an address', () => {
    expect(modelListOf('anthropic', settings)).toBeUndefined()
    expect(modelListOf('constructor', settings)).toBeUndefined()
    expect(modelListOf('vllm', settings)).toMatchObject({ ok: false, at: 'url' })
  })
})

describe('one model', () => {
  it('is shown by Ollama: what it was loaded with, else trained for, and what it can do', () => {
    const list = listOf('ollama', 'http://127.0.0.1:11434/v1')
    expect(list.about?.('llama3.2:1b')).toMatchObject({
      method: 'POST',
      url: 'http://127.0.0.1:11434/api/show',
      body: '{"model":"llama3.2:1b"}',
    })
    const shown = {
      model_info: { 'general.parameter_count': 1, 'llama.context_length': 131_072 },
      capabilities: ['completion', 'tools'],
    }
    const about = (more: object) => list.readAbout?.({ model: 'a' }, JSON.stringify({ ...shown, ...more }))
    expect(about({})).toEqual({
      model: 'a',
      contextWindow: 131_072,
      accepts: ['text', 'json-schema', 'completions', 'tools'],
    })
    expect(about({ parameters: 'stop "x"\nnum_ctx                        8192' })?.contextWindow).toBe(8192)
    expect(about({ capabilities: ['embedding'] })?.accepts).toEqual(['embeddings'])
    expect(about({ capabilities: ['flying'] })).not.toHaveProperty('accepts')
  })
  it('is shown by LM Studio', () => {
    const list = listOf('lmstudio', 'http://127.0.0.1:1234/v1')
    expect(list.about?.('qwen/qwen3')).toMatchObject({
      method: 'GET',
      url: 'http://127.0.0.1:1234/api/v0/models/qwen%2Fqwen3',
    })
    const shown = {
      id: 'qwen/qwen3',
      type: 'vlm',
      max_context_length: 32_768,
      loaded_context_length: 4096,
      capabilities: ['tool_use'],
    }
    expect(list.readAbout?.({ model: 'qwen/qwen3' }, JSON.stringify(shown))).toEqual({
      model: 'qwen/qwen3',
      contextWindow: 4096,
      accepts: ['text', 'json-schema', 'reasoning', 'completions', 'image', 'tools'],
    })
  })
  it('stays as it was listed where nothing is told of it', () => {
    expect(listOf('ollama').readAbout?.({ model: 'a' }, 'not found')).toEqual({ model: 'a' })
    expect(listOf('vllm', 'http://127.0.0.1:1/v1').about).toBeUndefined()
  })
})
