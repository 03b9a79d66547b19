/** A picture in one cloud's own storage goes to that cloud alone; elsewhere it is named as lost, and never sent as an address. */
import { describe, expect, it } from 'vitest'
import { dialects } from '../../src/dialects/registry.ts'
import type { MediaPart } from '../../src/domain/message.ts'
import { requestOf } from '../requests.ts'

const pictureAt = (url: string): MediaPart => ({ type: 'image', mediaType: 'image/png', source: { url } })

/** Whose dialect can name such an address. */
const readers: Readonly<Record<string, readonly string[]>> = {
  's3://bucket/a.png': ['bedrock-converse'],
  'gs://bucket/a.png': ['gemini'],
}
const cases = Object.entries(readers).flatMap(([url, able]) =>
  [...dialects.values()].map(dialect => ({ url, dialect, id: dialect.id, isAble: able.includes(dialect.id) })),
)

describe('a picture in a cloud’s own storage', () => {
  it.each(cases)('$url, asked of $id', ({ url, dialect, isAble }) => {
    const words = { type: 'text', text: 'what is this?' } as const
    const messages = [{ role: 'user', parts: [words, pictureAt(url)] }] as const
    const { value, losses } = dialect.encodeRequest(requestOf({ messages }), 'gemini-2.5-flash')
    const fields = losses.map(({ field }) => field)
    expect(JSON.stringify(value).includes(url)).toBe(isAble)
    expect(fields.some(field => /image/.test(field))).toBe(!isAble)
    expect(JSON.stringify(value)).toContain('what is this?')
  })
})
