/** What a request needs of whoever answers it. */
import { abilityFor } from '../domain/deployment.ts'
import type { Ability } from '../domain/deployment.ts'
import type { Part } from '../domain/message.ts'
import { isConversation } from '../domain/request.ts'
import type { Conversation, ModelRequest } from '../domain/request.ts'

/** Tool results may hold tool results no deeper than anybody means. */
const deepest = 8

const addMedia = (needs: Set<Ability>, parts: readonly Part[], depth: number): void => {
  for (const part of parts) {
    if (part.type === 'tool-result' && depth < deepest) addMedia(needs, part.output, depth + 1)
    // A file of plain text is sent as text where files are not taken.
    else if (part.type === 'image' || part.type === 'audio') needs.add(part.type)
    else if (part.type === 'file' && !('text' in part.source)) needs.add('file')
  }
}

const isThinking = ({ reasoning }: Conversation): boolean => {
  if (reasoning === undefined) return false
  const { effort, budget } = reasoning
  return effort === undefined ? budget !== undefined && budget > 0 : effort !== 'none'
}

const wordsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter(one => typeof one === 'string').map(one => one.toLowerCase()) : []

const memberOf = (value: unknown, name: string): unknown =>
  value !== null && typeof value === 'object' ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined

/** Sound and pictures that are asked for as answers, by the names that the dialects have for it. */
const addGiven = (needs: Set<Ability>, { extensions }: Conversation): void => {
  for (const own of Object.values(extensions)) {
    const asked = [...wordsIn(own['modalities']), ...wordsIn(memberOf(own['generationConfig'], 'responseModalities'))]
    if (asked.includes('image')) needs.add('image-output')
    if (asked.includes('audio')) needs.add('audio-output')
  }
}

const ofConversation = (request: Conversation): readonly Ability[] => {
  const needs = new Set<Ability>(['text'])
  for (const { parts } of request.messages) addMedia(needs, parts, 0)
  const { output, opaqueTools } = request
  if (request.tools.length > 0 || (opaqueTools?.length ?? 0) > 0) needs.add('tools')
  if (output.type === 'json' && 'schema' in output) needs.add('json-schema')
  if (isThinking(request)) needs.add('reasoning')
  if (request.logprobs !== undefined) needs.add('logprobs')
  if (request.choices > 1) needs.add('choices')
  addGiven(needs, request)
  return [...needs]
}

/** In the order of their first need; nothing twice. */
export const needsOf = (request: ModelRequest): readonly Ability[] => {
  if (isConversation(request)) return ofConversation(request)
  const ability = abilityFor(request.operation)
  return ability === undefined ? [] : [ability]
}
