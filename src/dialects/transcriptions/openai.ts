/** Transcriptions and translations as OpenAI and its look-alikes have them. */
import type { TranscriptionBody } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { decodeAnswer, decodeText, encodeAnswer, encodeEvents, readEvent } from './openai-answer.ts'
import { decodeRequest, formats, id, partsOf } from './openai-request.ts'

/** Which formats a provider's models give, by name; the first that fits counts. */
export type Gives = (model: string) => readonly string[]

/** OpenAI's newer models tell no times; a deployment may have any name. */
export const openaiGives: Gives = model => {
  if (/transcribe-diarize/.test(model)) return ['json', 'text', 'diarized_json']
  return /transcribe/.test(model) ? ['json'] : formats.filter(format => format !== 'diarized_json')
}
/** All that anybody has: what one does not know it refuses itself. */
export const givesAll: Gives = () => formats

/** The format from which the one that is wanted can be made. */
const instead = (wanted: string, given: readonly string[]): string | undefined => {
  if (given.includes(wanted)) return wanted
  if (wanted !== 'text' && wanted !== 'json' && given.includes('verbose_json')) return 'verbose_json'
  return wanted === 'text' || wanted === 'json' || wanted === 'verbose_json' ? 'json' : undefined
}

const streamLoss: Loss = { field: 'stream', why: 'the answer is made of another, which has to be whole' }

const made = (operation: TranscriptionBody['operation'], gives: Gives): OperationDialect<TranscriptionBody> => ({
  id,
  operations: [operation],
  decodeRequest: decodeRequest(operation),
  takes: ({ format }, model) => gives(model).includes(format),
  encodeRequest: (request, model) => {
    const { format, stream } = request
    const asked = instead(format, gives(model))
    if (asked === undefined) return { ok: false, why: `tells no times with ${model}, of which ${format} is made` }
    const losses = stream && asked !== format ? [streamLoss] : []
    const parts = partsOf(request, model, asked)
    const form = stream && asked === format ? [{ name: 'stream', value: 'true' }, ...parts] : parts
    return { ok: true, value: { value: { form }, losses } }
  },
  decodeAnswer,
  decodeText,
  encodeAnswer,
  encodeEvents,
  readEvent,
})

/** `POST /v1/audio/transcriptions`, of a provider that gives these formats; others are made of them where they can be. */
export const openaiTranscriptions = (gives: Gives): OperationDialect<TranscriptionBody> => made('transcriptions', gives)

/** `POST /v1/audio/translations`: into English. */
export const openaiTranslations = (gives: Gives): OperationDialect<TranscriptionBody> => made('translations', gives)
