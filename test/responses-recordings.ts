/** Recorded responses of OpenAI and everybody who speaks like it, whole and streamed, with what was asked for them. */
import { asEvents, keptAnswers } from './recorded-text.ts'
import type { RecordedAnswer } from './recorded-text.ts'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared } from './shared.ts'

/** Every recorded exchange on the surface of responses. */
export const responsesExchanges: readonly Recording[] = hasShared
  ? [...recordings()].filter(({ surface }) => surface === 'responses')
  : []

const answers = (isStream: boolean): readonly RecordedAnswer[] =>
  responsesExchanges
    .filter(({ response }) => response.status < 300)
    .map(({ id, provider, response }) => ({ name: id, provider, text: response.body.text ?? '' }))
    .filter(({ text }) => text.trimStart().startsWith('{') !== isStream)

const isEvent = (line: string): boolean => line.startsWith('{"type":"response.')
/** A payload as an event under the name of its type. */
const named = (line: string): string =>
  `event: ${String((JSON.parse(line) as { readonly type?: unknown }).type)}\ndata: ${line}\n\n`

/** Whole answers with a good status. */
export const wholeResponses: readonly RecordedAnswer[] = hasShared
  ? [...answers(false), ...keptAnswers('.json').filter(({ text }) => /"object": ?"response"/.test(text))]
  : []
/** Streamed answers with a good status, as the text of an event stream. */
export const streamedResponses: readonly RecordedAnswer[] = hasShared
  ? [
      ...answers(true),
      ...keptAnswers('.chunks.txt')
        .filter(({ text }) => isEvent(text))
        .map(one => ({ ...one, text: asEvents(one.text, named) })),
    ]
  : []
