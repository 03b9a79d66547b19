/** What the world replies: a script's words, or the recorded answer, or a plain sentence; cut where the request wants it cut. */
import { chanceOf, hex, letters } from './chance.ts'
import { estimateTokens, firstTokens, piecesOf } from './estimate-tokens.ts'
import { fillSchema } from './fill-schema.ts'
import type { RecordedPrompt, Recordings } from './recordings.ts'
import type { Asked, Reply, ToolCall } from './speech.ts'

/** What a script is told of a request. */
export interface ScriptCue {
  readonly asked: Asked
  readonly provider: string
  /** The model's own id, whatever alias was asked for. */
  readonly model: string
  /** How many requests this model had before. */
  readonly nth: number
}

/** What a script answers. */
export interface ScriptedAnswer {
  readonly text?: string
  readonly calls?: readonly { readonly name: string; readonly input: unknown }[]
  readonly refusal?: string
  /** What it thinks first; formats without thoughts leave it out. */
  readonly thought?: string
}

/** Answers in place of the recordings; undefined leaves the request to them. */
export type Script = (cue: ScriptCue) => ScriptedAnswer | undefined

export interface Said {
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly refusal?: string
  readonly thought?: string
  /** The recorded prompt that was asked. */
  readonly prompt?: RecordedPrompt
}

/** What this model says to this request, before any limit. */
export const sayTo = (cue: ScriptCue, recordings: Recordings, script: Script | undefined): Said => {
  const scripted = script?.(cue)
  if (scripted !== undefined) {
    const calls = (scripted.calls ?? []).map(({ name, input }) => ({ name, input: JSON.stringify(input ?? {}) }))
    const { text = '', refusal, thought } = scripted
    return { text, calls, ...(refusal !== undefined && { refusal }), ...(thought !== undefined && { thought }) }
  }
  const { asked } = cue
  const prompt = recordings.find(asked.text)
  const recorded = prompt === undefined ? undefined : recordings.answer(prompt, asked.model.answersAs ?? asked.model.id)
  return recorded === undefined
    ? sayPlainly(asked, recordings.prompts.length)
    : { text: recorded, calls: [], ...(prompt !== undefined && { prompt }) }
}

const sayPlainly = (asked: Asked, count: number): Said => {
  const sentence = `I am the recorded world in the place of ${asked.model.id}: I hold real answers to ${count} recorded prompts, and this is none of them.`
  const { mustCall, schema } = asked
  const tool = mustCall === undefined ? undefined : asked.tools.find(({ name }) => name === (mustCall.name ?? name))
  if (tool !== undefined)
    return { text: '', calls: [{ name: tool.name, input: JSON.stringify(fillSchema(tool.schema, sentence) ?? {}) }] }
  if (schema === undefined) return { text: sentence, calls: [] }
  return { text: JSON.stringify(schema === true ? { answer: sentence } : fillSchema(schema, sentence)), calls: [] }
}

/** The reply as it leaves: ended by the first stop sequence or by the limit of tokens, whichever comes first. */
export const replyOf = (said: Said, asked: Asked, seed: string, createdAt: number): Reply => {
  const chance = chanceOf(seed)
  const stopped = stopAt(said.text, asked.stops)
  const text = asked.maxTokens === undefined ? stopped.text : firstTokens(stopped.text, asked.maxTokens)
  const isCut = text.length < stopped.text.length
  const calls = isCut || stopped.stop !== undefined ? [] : said.calls
  const callTokens = calls.reduce((sum, call) => sum + estimateTokens(call.name) + estimateTokens(call.input), 0)
  return {
    seed: letters(chance, 32, hex),
    createdAt,
    asked,
    text,
    calls,
    ...(said.refusal !== undefined && { refusal: said.refusal }),
    ...(said.thought !== undefined && { thought: said.thought }),
    ...endOf(said, isCut, isCut ? undefined : stopped.stop, calls),
    inputTokens: asked.inputTokens,
    outputTokens: estimateTokens(said.refusal ?? text) + callTokens,
    thoughtTokens: estimateTokens(said.thought ?? ''),
    cut: whole => piecesOf(whole, () => 1 + Math.floor(chance() * 4)),
  }
}

const endOf = (
  said: Said,
  isCut: boolean,
  stop: string | undefined,
  calls: readonly ToolCall[],
): Pick<Reply, 'finish' | 'stop'> => {
  if (said.refusal !== undefined) return { finish: 'refusal' }
  if (isCut) return { finish: 'length' }
  if (stop !== undefined) return { finish: 'stop-sequence', stop }
  return { finish: calls.length > 0 ? 'calls' : 'stop' }
}

const stopAt = (text: string, stops: readonly string[]): { readonly text: string; readonly stop?: string } => {
  let end = text.length
  let found: string | undefined
  for (const stop of stops) {
    const place = stop === '' ? -1 : text.indexOf(stop)
    if (place >= 0 && place < end) {
      end = place
      found = stop
    }
  }
  return found === undefined ? { text } : { text: text.slice(0, end), stop: found }
}
