/** The recorded answers, ready to be played: each with its length, whether it is right, and the pieces in which it comes. */
import { checkAnswer } from '../../src/world/check-answer.ts'
import { configuredQuality } from '../../src/world/configured-quality.ts'
import type { ConfiguredQuality } from '../../src/world/configured-quality.ts'
import { estimateTokens, firstTokens } from '../../src/world/estimate-tokens.ts'
import { halfOf, loadRecordings } from '../../src/world/recordings.ts'
import type { RecordedPrompt } from '../../src/world/recordings.ts'

/** What one model said to one prompt. */
export interface Take {
  readonly text: string
  readonly tokens: number
  readonly isRight: boolean
  /** The text, cut where a piece of a stream ends, with the tokens up to there. */
  readonly pieces: readonly { readonly text: string; readonly upTo: number }[]
}

/** Recorded prompts that no configured score was counted on, and what models said to them. */
export interface Tape {
  readonly prompts: readonly RecordedPrompt[]
  /** Scores by model and task, counted on the other half. */
  readonly quality: ConfiguredQuality
  take(prompt: RecordedPrompt, model: string): Take
}

/** Tokens of a piece, after the first, which is one token: rare enough to be quick, and never silent for long. */
const tokensOfPiece = 48

const piecesOf = (text: string, tokens: number): Take['pieces'] => {
  const cuts = [1]
  for (let upTo = 1 + tokensOfPiece; upTo < tokens; upTo += tokensOfPiece) cuts.push(upTo)
  if (tokens > 1) cuts.push(tokens)
  const pieces: { text: string; upTo: number }[] = []
  let done = ''
  for (const upTo of cuts) {
    const before = done.length
    done = upTo >= tokens ? text : firstTokens(text, upTo)
    pieces.push({ text: done.slice(before), upTo })
  }
  return pieces
}

/** Reads the recordings once; the answers of a prompt are read when first asked for. */
export const openTape = async (): Promise<Tape> => {
  const recordings = await loadRecordings()
  const takes = new Map<string, Take>()
  return {
    prompts: recordings.prompts.filter(({ id }) => halfOf(id) === 'measured'),
    quality: configuredQuality(recordings),
    take: (prompt, model) => {
      const key = `${model} ${prompt.id}`
      const known = takes.get(key)
      if (known !== undefined) return known
      const text = recordings.answer(prompt, model)
      if (text === undefined) throw new Error(`the tape holds no answer of ${model} to ${prompt.id}`)
      const tokens = Math.max(1, estimateTokens(text))
      const take = { text, tokens, isRight: checkAnswer(prompt, text), pieces: piecesOf(text, tokens) }
      takes.set(key, take)
      return take
    },
  }
}
