/** The contents of a request in Gemini's dialect: in order, or what is wrong with them. */
import { isJson, listOf } from '../speech.ts'
import type { Json } from '../speech.ts'
import { dataMembers, listIn, member, objectIn } from './members.ts'
import { isSignatureOf } from './signature.ts'

const roleOf = (content: unknown): unknown => member(content, 'role')
const partsOf = (content: unknown): readonly unknown[] => listIn(content, 'parts')
const has = (part: unknown, name: string): boolean => isJson(member(part, name))

/** The texts of a content that are no thoughts, joined. */
export const contentText = (content: unknown): string =>
  partsOf(content)
    .flatMap(part => {
      const text = member(part, 'text')
      return typeof text === 'string' && member(part, 'thought') !== true ? [text] : []
    })
    .join('\n')

/** The first thing that Google would refuse in these contents, in its words. Gemini 3 wants its signatures back. */
export const complaintAboutContents = (contents: unknown, wantsSignatures: boolean): string | undefined => {
  const list = isJson(contents) ? [contents] : listOf(contents)
  if (list.length === 0) return '* GenerateContentRequest.contents: contents is not specified\n'
  for (const [place, content] of list.entries()) {
    const fault = faultOf(content, place) ?? faultInOrder(list, place) ?? forgedIn(content)
    if (fault !== undefined) return fault
  }
  return wantsSignatures ? unsignedIn(list) : undefined
}

const roles = new Set<unknown>(['user', 'model', 'function', undefined, ''])

const faultOf = (content: unknown, place: number): string | undefined => {
  const at = `GenerateContentRequest.contents[${place}]`
  if (!isJson(content))
    return `Invalid value at 'contents[${place}]' (type.googleapis.com/google.ai.generativelanguage.v1beta.Content)`
  if (!roles.has(roleOf(content))) return 'Please use a valid role: user, model.'
  const parts = partsOf(content)
  if (parts.length === 0) return `* ${at}.parts: contents.parts must not be empty.\n`
  for (const [nth, part] of parts.entries()) {
    const fault = faultInPart(part, `${at}.parts[${nth}]`)
    if (fault !== undefined) return fault
  }
  return undefined
}

const faultInPart = (part: unknown, at: string): string | undefined => {
  const found = dataMembers.filter(name => member(part, name) !== undefined)
  // A part that carries nothing but a signature is how a stream ends.
  if (found.length === 0 && typeof member(part, 'thoughtSignature') !== 'string')
    return `* ${at}.data: required oneof field 'data' must have one initialized field\n`
  if (found.length > 1)
    return `Invalid value at '${at}' (oneof), oneof field 'data' is already set. Cannot set '${found[1]}'`
  const blob = objectIn(part, 'inlineData')
  if (has(part, 'inlineData') && (typeof member(blob, 'mimeType') !== 'string' || typeof blob['data'] !== 'string')) {
    return `* ${at}.inline_data: inline_data.mime_type and inline_data.data must be set\n`
  }
  const response = objectIn(part, 'functionResponse')
  if (!has(part, 'functionResponse')) return undefined
  if (typeof response['name'] !== 'string' || response['name'] === '')
    return `* ${at}.function_response.name: Name cannot be empty.\n`
  return isJson(response['response'])
    ? undefined
    : `Invalid value at '${at}.function_response.response' (type.googleapis.com/google.protobuf.Struct)`
}

const countOf = (content: unknown, name: string): number => partsOf(content).filter(part => has(part, name)).length

/** Calls follow a user's turn; their results, all of them, follow at once. */
const faultInOrder = (contents: readonly unknown[], place: number): string | undefined => {
  const calls = countOf(contents[place], 'functionCall')
  const results = countOf(contents[place], 'functionResponse')
  const before = contents[place - 1]
  if (calls > 0 && (place === 0 || roleOf(before) === 'model'))
    return 'Please ensure that function call turn comes immediately after a user turn or after a function response turn.'
  if (results > 0 && countOf(before, 'functionCall') === 0)
    return 'Please ensure that function response turn comes immediately after a function call turn.'
  const wanted = countOf(before, 'functionCall')
  return wanted > 0 && wanted !== results
    ? 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
    : undefined
}

const callOf = (part: unknown): string => String(objectIn(part, 'functionCall')['name'] ?? 'a text')

const forgedIn = (content: unknown): string | undefined => {
  const isForged = partsOf(content).some(part => {
    const signature = member(part, 'thoughtSignature')
    return typeof signature === 'string' && !isSignatureOf(signature, callOf(part))
  })
  return isForged ? 'Corrupted thought signature.' : undefined
}

/** In the turn that is going on, the first call of each step must be signed. */
const unsignedIn = (contents: readonly unknown[]): string | undefined => {
  const asked = contents.findLastIndex(content => roleOf(content) !== 'model' && contentText(content) !== '')
  for (const [place, content] of contents.entries()) {
    if (place < asked || roleOf(content) !== 'model') continue
    const nth = partsOf(content).findIndex(part => has(part, 'functionCall'))
    const first: unknown = partsOf(content)[nth]
    if (nth < 0 || typeof member(first, 'thoughtSignature') === 'string') continue
    return `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${callOf(first)}\` , position ${nth + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`
  }
  return undefined
}

/** Everything in the contents that counts as text: what was said, called and given back. */
export const allText = (contents: unknown): string =>
  (isJson(contents) ? [contents] : listOf(contents))
    .flatMap(partsOf)
    .map(part => {
      const text = member(part, 'text')
      if (typeof text === 'string') return text
      const told: Json = { ...objectIn(part, 'functionCall'), ...objectIn(part, 'functionResponse') }
      return Object.keys(told).length === 0 ? '' : JSON.stringify(told)
    })
    .join('\n')

/** How many parts hold images or other media. */
export const mediaIn = (contents: unknown): number =>
  (isJson(contents) ? [contents] : listOf(contents))
    .flatMap(partsOf)
    .filter(part => has(part, 'inlineData') || has(part, 'fileData')).length
