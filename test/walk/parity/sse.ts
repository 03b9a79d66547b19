/** Server-sent events, written and read without the house's own code. */
import { decode, record } from './meaning.ts'
import type { Json, Wire } from './meaning.ts'

/** One event with its payload. */
export const event = (payload: unknown, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(payload)}\n\n`

/** The payloads of a stream, in order, and whether `[DONE]` ended it. */
export const payloads = (wire: Wire): { readonly all: readonly Json[]; readonly isDone: boolean } => {
  const data = decode(wire.body)
    .split('\n')
    .filter(line => line.startsWith('data: '))
    .map(line => line.slice('data: '.length))
  return {
    all: data.filter(one => one !== '[DONE]').map(one => record(JSON.parse(one))),
    isDone: data.at(-1) === '[DONE]',
  }
}
