/** The prompt, both ways: one text is what the user says, and a conversation becomes a transcript. */
import type { Message, OpaquePart, Part } from '../../domain/message.ts'
import { isAbsent } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { dialect } from './wire.ts'
import { wordsOf } from './words.ts'

/** The kind of block that holds prompts which only this dialect can say: several, or tokens in place of words. */
const several = 'prompt'

const isTokens = (value: unknown): boolean => Array.isArray(value) && value.every(one => Number.isInteger(one))
const isPrompts = (list: readonly unknown[]): boolean =>
  list.length > 0 && (list.every(one => typeof one === 'string') || isTokens(list) || list.every(isTokens))

const asked = (part: Part): readonly Message[] => [{ role: 'user', parts: [part] }]

/** What is asked, and in how many prompts. Several prompts, and tokens, stay whole: no conversation can hold them. */
export const readPrompt = (
  prompt: unknown,
  findings: Findings,
): { readonly messages: readonly Message[]; readonly prompts: number } => {
  if (isAbsent(prompt)) return { messages: asked({ type: 'text', text: '' }), prompts: 1 }
  if (typeof prompt === 'string') return { messages: asked({ type: 'text', text: prompt }), prompts: 1 }
  if (!Array.isArray(prompt) || !isPrompts(prompt)) {
    report(findings, 'prompt', prompt, 'a string, a list of strings, or one or more lists of tokens')
    return { messages: [], prompts: 1 }
  }
  const [only] = prompt
  if (prompt.length === 1 && typeof only === 'string') {
    return { messages: asked({ type: 'text', text: only }), prompts: 1 }
  }
  const isOne = isTokens(prompt)
  const part: OpaquePart = { type: 'opaque', dialect, kind: several, value: prompt, isEssential: true }
  return { messages: asked(part), prompts: isOne ? 1 : prompt.length }
}

/** Several prompts, or tokens, as they came; undefined where there is one text. */
const ownPrompt = (messages: readonly Message[]): unknown => {
  const part = messages.flatMap(({ parts }) => parts).find(one => one.type === 'opaque' && one.dialect === dialect)
  return part?.type === 'opaque' && part.kind === several ? part.value : undefined
}
/** How many prompts these messages are. */
export const promptsIn = (messages: readonly Message[]): number => {
  const own = ownPrompt(messages)
  return Array.isArray(own) && !isTokens(own) ? own.length : 1
}

const labels: Readonly<Record<Message['role'], string>> = {
  system: 'System',
  user: 'User',
  assistant: 'Assistant',
  tool: 'Tool',
}
interface Spoken {
  readonly role: Message['role']
  readonly words: string
}
const speak = (message: Message, losses: Losses): Spoken => {
  losses.addForeign(message.extensions, 'messages.')
  return { role: message.role, words: message.parts.flatMap(part => wordsOf(part, losses) ?? []).join('\n') }
}

const transcript = (spoken: readonly Spoken[]): string => {
  const told = spoken.map(({ role, words }) => `${labels[role]}: ${words}`).join('\n\n')
  // A last word of the assistant is a beginning for the answer.
  return spoken.at(-1)?.role === 'assistant' ? told : `${told}\n\n${labels.assistant}:`
}

/** What is written of a conversation. */
export interface WrittenPrompt {
  readonly prompt: unknown
  /** Where the model must stop, so that it does not go on with the conversation by itself. */
  readonly stop?: string
}

/**
 * One text as it is. Instructions before one thing that the user says stand above it, a blank line between. Anything longer
 * becomes a transcript, each turn under the name of its role, that ends where the assistant is to speak.
 */
export const writePrompt = (messages: readonly Message[], losses: Losses): WrittenPrompt => {
  const own = ownPrompt(messages)
  if (own !== undefined) return { prompt: own }
  const spoken = messages.map(message => speak(message, losses))
  if (spoken.length === 1 && spoken[0]?.role === 'user') return { prompt: spoken[0].words }
  const isPlain = spoken.every(({ role }) => role === 'system' || role === 'user')
  if (isPlain && spoken.filter(({ role }) => role === 'user').length <= 1) {
    losses.add('messages.role', 'completions know no roles; the instructions stand above what the user says')
    return { prompt: spoken.map(({ words }) => words).join('\n\n') }
  }
  losses.add('messages.role', 'completions know no roles; the conversation was written as a transcript')
  return { prompt: transcript(spoken), stop: `\n${labels.user}:` }
}
