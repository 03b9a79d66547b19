/** Recorded requests come back as they were, and bodies that make no sense are told where. */
import { describe, expect, it } from 'vitest'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import { recordings } from '../../../test/recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import { anthropicMessages, decodeCountTokens } from './index.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

const isPlainText = (blocks: unknown): blocks is readonly [{ readonly text: string }] =>
  Array.isArray(blocks) && blocks.length === 1 && blocks[0].type === 'text' && Object.keys(blocks[0]).length === 2
const isBlank = (block: unknown): boolean =>
  isRecord(block) && block['type'] === 'text' && String(block['text']).trim() === ''

/** The same for two ways of saying the same: a lone text is a string, what is at its default is left out. */
const plain = (body: unknown): unknown =>
  JSON.parse(
    JSON.stringify(body, (key, value: unknown) => {
      if (value === null || (value === false && (key === 'is_error' || key === 'stream'))) return undefined
      if (key === 'system' && Array.isArray(value) && value.length === 0) return undefined
      if (key === 'content' || key === 'system') return isPlainText(value) ? value[0].text : spoken(value)
      return key === 'tools' && Array.isArray(value) ? value.toSorted(byName) : value
    }),
  )
const byName = (left: Json, right: Json): number => String(left['name']).localeCompare(String(right['name']))
const spoken = (value: unknown): unknown => (Array.isArray(value) ? value.filter(block => !isBlank(block)) : value)

const blocksOf = (content: unknown): readonly unknown[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : Array.isArray(content) ? content : []
/** Turns of the same role are one, as Anthropic itself has it. */
const merged = (body: Json): Json => {
  const messages: { role: unknown; content: readonly unknown[] }[] = []
  for (const message of Array.isArray(body['messages']) ? body['messages'].filter(isRecord) : []) {
    const last = messages.at(-1)
    const content = blocksOf(message['content'])
    if (last !== undefined && last.role === message['role']) last.content = [...last.content, ...content]
    else messages.push({ role: message['role'], content })
  }
  return { ...body, messages }
}

const recorded = (): readonly { readonly id: string; readonly body: Json }[] =>
  [...recordings()]
    .filter(({ provider, surface }) => provider === 'anthropic' && surface === 'messages')
    .flatMap(({ id, request }) => (isRecord(request.body) ? [{ id, body: request.body }] : []))

describe.skipIf(!hasShared)('recorded requests', () => {
  const all = hasShared ? recorded() : []

  it('are many', () => {
    expect(all.length).toBeGreaterThan(150)
  })
  it.each(all)('$id is read and written as it was', ({ body }) => {
    const read = anthropicMessages.decodeRequest(body)
    expect(read).toMatchObject({ ok: true })
    if (!read.ok) return
    const request = requestOf({ ...read.value, raw: rawOf(anthropicMessages.id, body) })
    const { value, losses } = anthropicMessages.encodeRequest(request, String(body['model']))
    expect(plain(merged(value))).toEqual(plain(merged(body)))
    expect(losses).toEqual([])
  })
})

describe('a body that makes no sense', () => {
  const right = { model: 'claude', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }
  const wrong: readonly (readonly [string, unknown])[] = [
    ['model', { ...right, model: '' }],
    ['max_tokens', { ...right, max_tokens: undefined }],
    ['max_tokens', { ...right, max_tokens: 1.5 }],
    ['messages', { ...right, messages: [] }],
    ['messages[0]', { ...right, messages: ['hi'] }],
    ['messages[0].role', { ...right, messages: [{ role: 'tool', content: 'hi' }] }],
    ['messages[0].content', { ...right, messages: [{ role: 'user' }] }],
    ['messages[0].content[0].text', { ...right, messages: [{ role: 'user', content: [{ type: 'text' }] }] }],
    ['messages[0].content[0].source', { ...right, messages: [{ role: 'user', content: [{ type: 'image' }] }] }],
    ['messages[0].content[0].type', { ...right, messages: [{ role: 'user', content: [{ type: 'tool_use' }] }] }],
    ['system[0].text', { ...right, system: [{ type: 'text', text: 1 }] }],
    ['temperature', { ...right, temperature: 1.2 }],
    ['stop_sequences[1]', { ...right, stop_sequences: ['a', 2] }],
    ['tools[0].input_schema', { ...right, tools: [{ name: 'a' }] }],
    ['tools[0].name', { ...right, tools: [{ name: '', input_schema: {} }] }],
    ['tool_choice.type', { ...right, tool_choice: { type: 'required' } }],
    ['thinking.budget_tokens', { ...right, thinking: { type: 'enabled' } }],
    ['output_config.format.type', { ...right, output_config: { format: { type: 'json_object' } } }],
    ['stream', { ...right, stream: 'yes' }],
    ['metadata.user_id', { ...right, metadata: { user_id: 7 } }],
  ]
  it.each(wrong)('is told at %s', (at, body) => {
    const read = anthropicMessages.decodeRequest(body)
    expect(read).toMatchObject({ ok: false, at })
    expect(read.ok ? '' : read.why).toMatch(/ is .*; it must be /)
  })
  it('is right but for that', () => {
    expect(anthropicMessages.decodeRequest(right)).toMatchObject({ ok: true })
  })
  it('needs no max_tokens where only its tokens are counted', () => {
    const { max_tokens: _max, ...counted } = right
    expect(decodeCountTokens(counted)).toMatchObject({ ok: true, value: { limits: { stop: [] } } })
    expect(decodeCountTokens({ ...counted, max_tokens: -1 })).toMatchObject({ ok: false, at: 'max_tokens' })
  })
  it('is refused if it nests without end', () => {
    let deep: unknown = {}
    for (let level = 0; level < 5000; level++) deep = { deep }
    expect(anthropicMessages.decodeRequest({ ...right, deep })).toMatchObject({ ok: false })
  })
})

describe('the express lane', () => {
  const edit = (json: Json, model = 'claude-sonnet-4-5'): string => {
    const edited = anthropicMessages.express.editRequest(rawOf(anthropicMessages.id, json), model)
    return typeof edited === 'string' ? edited : new TextDecoder().decode(edited)
  }
  it('changes the model alone', () => {
    const body = { model: 'pool', novel: [1.0, 'é'], messages: [{ role: 'user', content: 'the model' }] }
    expect(edit(body)).toBe(JSON.stringify({ ...body, model: 'claude-sonnet-4-5' }))
    expect(edit({ ...body, model: 'claude-sonnet-4-5' })).toBe(JSON.stringify({ ...body, model: 'claude-sonnet-4-5' }))
  })
  it('takes out reasoning that another provider wrote, which Anthropic would refuse', () => {
    const foreign = [
      { type: 'thinking', thinking: 'hm', signature: '' },
      { type: 'redacted_thinking', data: 'gAAAAABo' },
    ]
    const signed = { type: 'thinking', thinking: 'hm', signature: 'EqoB' }
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [...foreign, signed, { type: 'text', text: 'so' }] },
      { role: 'user', content: [{ type: 'text', text: 'and?' }] },
      { role: 'assistant', content: foreign },
      { role: 'user', content: 'well?' },
    ]
    expect(JSON.parse(edit({ model: 'pool', messages, novel: 1 }))).toEqual({
      model: 'claude-sonnet-4-5',
      novel: 1,
      messages: [
        messages[0],
        { role: 'assistant', content: [signed, { type: 'text', text: 'so' }] },
        messages[2],
        messages[4],
      ],
    })
  })
})
