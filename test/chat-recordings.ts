/** Recorded chat answers of OpenAI and everybody who speaks like it, whole and streamed. */
import { asEvents, done, keptAnswers } from './recorded-text.ts'
import type { RecordedAnswer } from './recorded-text.ts'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared } from './shared.ts'

const surfaces = new Set(['chat', 'openai_compat_chat'])
/** Every recorded exchange on a chat completions surface. */
export const chatExchanges: readonly Recording[] = hasShared
  ? [...recordings()].filter(({ surface }) => surfaces.has(surface))
  : []

const isChat = (text: string): boolean => {
  try {
    const json: unknown = JSON.parse(text.split('\n', 1)[0] === '{' ? text : (text.split('\n', 1)[0] ?? ''))
    return json !== null && typeof json === 'object' && 'choices' in json && !text.includes('"text_completion"')
  } catch {
    return false
  }
}

const answers = (isStream: boolean): readonly RecordedAnswer[] =>
  chatExchanges
    .filter(({ response }) => response.status < 300)
    .map(({ id, provider, response }) => ({ name: id, provider, text: response.body.text ?? '' }))
    .filter(({ text }) =>
      isStream ? text.includes('data: ') && !text.startsWith('{') : text.trimStart().startsWith('{'),
    )

/** Whole answers with a good status. */
export const wholeAnswers: readonly RecordedAnswer[] = hasShared
  ? [...answers(false), ...keptAnswers('.json').filter(({ text }) => isChat(text))]
  : []
/** Streamed answers with a good status, as the text of an event stream. */
export const streamedAnswers: readonly RecordedAnswer[] = hasShared
  ? [
      ...answers(true),
      ...keptAnswers('.chunks.txt')
        .filter(({ text }) => isChat(text))
        .map(one => ({ ...one, text: `${asEvents(one.text)}${done}` })),
    ]
  : []
/** Error bodies: name, provider, text. */
export const failedAnswers: readonly RecordedAnswer[] = chatExchanges
  .filter(({ response }) => response.status >= 400)
  .map(({ id, provider, response }) => ({ name: id, provider, text: response.body.text ?? '' }))
