/** Recorded conversations of Bedrock: whole and streamed answers of its Converse API, and of invocations in the models' own words. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../src/domain/request.ts'
import { eventStream } from '../src/dialects/event-stream.ts'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared, shared } from './shared.ts'

type Json = Readonly<Record<string, unknown>>

const ofBedrock: readonly Recording[] = hasShared
  ? [...recordings()].filter(({ provider }) => provider === 'bedrock')
  : []
const at = (surface: string): readonly Recording[] => ofBedrock.filter(one => one.surface === surface)

/** What the path of a recording says: `/model/{id}/converse-stream`. */
export const addressOf = ({ request }: Recording): Address => {
  const [, model = '', verb = ''] = /\/model\/(.+)\/([^/]+)$/.exec(decodeURIComponent(request.path)) ?? []
  return { model, stream: verb.includes('stream') }
}

/** The bytes of a recorded stream. */
export const streamOf = ({ response }: Recording): Uint8Array => Buffer.from(response.body.base64 ?? '', 'base64')

/** Every exchange with the Converse API, refused ones too. */
export const converseExchanges: readonly Recording[] = [...at('converse'), ...at('converse-stream')]

const isGood = ({ response }: Recording): boolean => response.status === 200

/** Streams of the Converse API: as bytes, each with the name of its recording. */
export const converseStreams: readonly { readonly name: string; readonly bytes: Uint8Array }[] = at('converse-stream')
  .filter(isGood)
  .map(one => ({ name: one.id, bytes: streamOf(one) }))
/** Whole answers of the Converse API. */
export const converseAnswers: readonly { readonly name: string; readonly body: Json }[] = at('converse')
  .filter(isGood)
  .map(({ id, response }) => ({ name: id, body: JSON.parse(response.body.text ?? '') }))
/** Streams of invocations, of whatever model. */
export const invokeStreams: readonly Recording[] = at('invoke-with-response-stream').filter(isGood)
/** Whole invocations, of whatever model. */
export const invocations: readonly Recording[] = at('invoke')

const root = join(shared, 'data/recordings/vercel-ai/amazon-bedrock')
const files = (ending: string): readonly { readonly name: string; readonly text: string }[] =>
  hasShared
    ? readdirSync(root)
        .filter(name => name.endsWith(ending))
        .map(name => ({ name, text: readFileSync(join(root, name), 'utf8') }))
    : []
/** Streams that were kept as lines, each an event wrapped into its own name; put back into messages. */
export const keptStreams: readonly { readonly name: string; readonly bytes: Uint8Array }[] = files('.chunks.txt').map(
  ({ name, text }) => {
    const frames = text
      .split('\n')
      .filter(line => line !== '')
      .flatMap(line => Object.entries(JSON.parse(line) as Json).slice(0, 1))
      .map(([event, body]) => ({ event, data: JSON.stringify(body) }))
    const bytes = eventStream.join().write(frames)
    return { name, bytes: typeof bytes === 'string' ? new Uint8Array(0) : bytes }
  },
)
/** Whole answers that were kept as files. */
export const keptAnswers: readonly { readonly name: string; readonly body: Json }[] = files('.json').map(
  ({ name, text }) => ({ name, body: JSON.parse(text) }),
)
