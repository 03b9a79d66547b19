/** Members of Google's messages: by their names in either spelling, and which there are. */
import { isJson, listOf } from '../speech.ts'
import type { Json } from '../speech.ts'

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** A member by its name, which may also come in snake case, as Google's JSON allows. */
export const member = (value: unknown, name: string): unknown =>
  isJson(value) ? (value[name] ?? value[snake(name)]) : undefined
/** Such a member as an object; anything else is an empty one. */
export const objectIn = (value: unknown, name: string): Json => {
  const found = member(value, name)
  return isJson(found) ? found : {}
}
/** Such a member as a list; one object stands for a list of one. */
export const listIn = (value: unknown, name: string): readonly unknown[] => {
  const found = member(value, name)
  return isJson(found) ? [found] : listOf(found)
}

/** The first member that a message does not have. */
export const strangerIn = (value: Json, known: ReadonlySet<string>): string | undefined =>
  Object.keys(value).find(name => !known.has(name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())))

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** The published members of a request, of late 2026. */
export const requestMembers = words(
  'model contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent labels serviceTier store',
)
/** The published members of a generation's settings, of late 2026. */
export const configMembers =
  words(`stopSequences responseMimeType responseSchema _responseJsonSchema responseJsonSchema responseModalities
  candidateCount maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs logprobs
  enableEnhancedCivicAnswers speechConfig thinkingConfig imageConfig mediaResolution audioTimestamp routingConfig
  responseFormat enableAffectiveDialog`)
/** The members of a part, exactly one of which says what it is. */
export const dataMembers: readonly string[] = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
]
