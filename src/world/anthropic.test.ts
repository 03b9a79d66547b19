/** The frames of Anthropic's streams, as its own servers send them. */
import { afterAll, describe, expect, it } from 'vitest'
import { anthropicManners } from './anthropic-manners.ts'
import type { ScriptedAnswer } from './reply.ts'
import { serveWorld } from './serve-world.ts'

let answer: ScriptedAnswer = {}
const world = await serveWorld({ pace: 'instant', script: () => answer })
afterAll(() => world.close())

interface Told {
  readonly type: string
  readonly index?: number
  readonly delta?: Readonly<Record<string, unknown>>
}
const events = async (): Promise<readonly Told[]> => {
  const sent = await fetch(`${world.base('anthropic')}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'any', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({
      model: 'claude-3-haiku-20240307',
      max_tokens: 99,
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    }),
  })
  const frames = (await sent.text()).split('\n\n')
  expect(frames.pop()).toBe('')
  return frames.map(frame => {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
    const told: Told = JSON.parse(data ?? '')
    expect(told.type).toBe(name)
    return told
  })
}
/** Runs of one type as one. */
const outline = (told: readonly Told[]): readonly string[] =>
  told.map(({ type }) => type.replace('content_block_', '')).filter((type, at, all) => type !== all[at - 1])

describe("Anthropic's streams", () => {
  it('open and close each block in turn', async () => {
    answer = {
      text: 'Let me see what there is.',
      calls: [
        { name: 'f', input: { a: 'bcdefghijklmnop' } },
        { name: 'g', input: {} },
      ],
    }
    const told = await events()
    const block = ['start', 'delta', 'stop']
    expect(outline(told)).toEqual(
      ['message_start', 'start', 'ping', 'delta', 'stop'].concat(block, block, 'message_delta', 'message_stop'),
    )
    const indexes = told.flatMap(({ index }) => (index === undefined ? [] : [index]))
    expect(indexes).toEqual([...indexes].sort())
    expect(told.at(-2)).toMatchObject({
      delta: { stop_reason: 'tool_use' },
      usage: { output_tokens: expect.any(Number) },
    })
  })

  it('send nothing but one empty piece for a call without arguments', async () => {
    answer = { calls: [{ name: 'g', input: {} }] }
    const pieces = (await events()).filter(({ type }) => type === 'content_block_delta').map(({ delta }) => delta)
    expect(pieces).toEqual([{ type: 'input_json_delta', partial_json: '' }])
  })

  it('have no block where nothing is said', async () => {
    answer = { text: '' }
    expect(outline(await events())).toEqual(['message_start', 'message_delta', 'message_stop'])
  })
})

describe("Anthropic's limits", () => {
  it('are told with the moment of the reset', () => {
    expect(anthropicManners.limitHeaders({ rpm: 9, left: 0, wait: 30 }, Date.UTC(2026, 0, 1))).toEqual({
      'anthropic-ratelimit-requests-limit': '9',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:30Z',
    })
  })
})
