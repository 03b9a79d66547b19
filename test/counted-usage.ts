/** What providers counted in recorded answers. */
import type { Recording } from './recordings.ts'

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>
export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const jsonsIn = (text: string): readonly Json[] =>
  [text, ...text.split('\n').map(line => line.replace(/^data:/, ''))].flatMap(one => {
    try {
      const value: unknown = JSON.parse(one)
      return isRecord(value) ? [value] : []
    } catch {
      return []
    }
  })

/** The input tokens that the provider counted, those of a cache included. */
export const countedIn = (recording: Recording): number => {
  let counted = 0
  for (const json of jsonsIn(recording.response.body.text ?? '')) {
    const inner = isRecord(json['message']) ? json['message'] : json
    const usage = isRecord(inner['usage']) ? inner['usage'] : inner
    const all = ['prompt_tokens', 'input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens']
    const sum = all.reduce((total, name) => total + (typeof usage[name] === 'number' ? usage[name] : 0), 0)
    counted = Math.max(counted, sum)
  }
  return counted
}

/** Tools that run at the provider bring pages of their own into the input, which nobody can foresee. */
export const isBeyondCounting = (body: Json): boolean =>
  listOf(body['tools']).some(tool => /_20\d{6}$/.test(textOf(tool['type']))) || body['mcp_servers'] !== undefined
