/** The messages of a request to Bedrock's Converse: in order, or what is wrong with them. */
import { sealOf } from '../seal.ts'
import { isJson, listOf } from '../speech.ts'
import type { Json } from '../speech.ts'

const blocksOf = (message: unknown): readonly Json[] =>
  isJson(message) ? listOf(message['content']).filter(isJson) : []
const roleOf = (message: unknown): unknown => (isJson(message) ? message['role'] : undefined)

/** The texts of a message, joined; with what tools were given and gave, if wanted. */
export const blockText = (message: unknown, withTools = false): string =>
  blocksOf(message)
    .map(block => {
      if (typeof block['text'] === 'string') return block['text']
      const tool = block['toolUse'] ?? block['toolResult']
      return withTools && isJson(tool) ? JSON.stringify(tool['input'] ?? tool['content'] ?? {}) : ''
    })
    .filter(text => text !== '')
    .join('\n')

/** How many images the messages show. */
export const imagesIn = (messages: readonly unknown[]): number =>
  messages.flatMap(blocksOf).filter(block => isJson(block['image'])).length

/** True if any message holds a call or a result. */
export const usesTools = (messages: readonly unknown[]): boolean =>
  messages.flatMap(blocksOf).some(block => isJson(block['toolUse']) || isJson(block['toolResult']))

/** The first thing that Bedrock would refuse in these messages, in its words. */
export const complaintAboutTurns = (messages: unknown): string | undefined => {
  if (!Array.isArray(messages) || messages.length === 0)
    return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.'
  for (const [place, message] of messages.entries()) {
    const fault = faultOf(message, place, messages[place - 1]) ?? faultInTools(messages, place)
    if (fault !== undefined) return fault
  }
  return undefined
}

const faultOf = (message: unknown, place: number, before: unknown): string | undefined => {
  const role = roleOf(message)
  if (role !== 'user' && role !== 'assistant') {
    return `1 validation error detected: Value '${String(role)}' at 'messages.${place + 1}.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]`
  }
  if (place === 0 && role !== 'user')
    return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.'
  if (role === roleOf(before))
    return 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.'
  const blocks = blocksOf(message)
  if (blocks.length === 0)
    return `The content field in the Message object at messages.${place} is empty. Add a ContentBlock object to the content field and try again.`
  for (const [nth, block] of blocks.entries()) {
    const fault = faultInBlock(block, `messages.${place}.content.${nth}`)
    if (fault !== undefined) return fault
  }
  return undefined
}

const kinds = new Set(
  'text image document video audio toolUse toolResult guardContent cachePoint reasoningContent citationsContent searchResult'.split(
    ' ',
  ),
)
const imageFormats = new Set<unknown>(['png', 'jpeg', 'gif', 'webp'])

const faultInBlock = (block: Json, at: string): string | undefined => {
  const [kind, ...more] = Object.keys(block).filter(name => kinds.has(name))
  if (kind === undefined || more.length > 0)
    return `ContentBlock object at ${at} must set one of the following keys: ${[...kinds].join(', ')}.`
  const { text, image, document, reasoningContent: reasoning } = block
  if (typeof text === 'string' && text.trim() === '')
    return `The text field in the ContentBlock object at ${at} is blank. Add text to the text field, and try again.`
  if (isJson(image)) return faultInImage(image, at)
  if (isJson(document) && !/^[\w\s()[\]-]+$/.test(String(document['name'])))
    return `The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.`
  const thought = isJson(reasoning) ? reasoning['reasoningText'] : undefined
  if (!isJson(thought)) return undefined
  return thought['signature'] === undefined || thought['signature'] === sealOf(String(thought['text']))
    ? undefined
    : `The model returned the following errors: ${at}: Invalid \`signature\` in \`thinking\` block`
}

const faultInImage = ({ format, source }: Json, at: string): string | undefined => {
  if (!imageFormats.has(format))
    return `1 validation error detected: Value '${String(format)}' at '${at}.image.format' failed to satisfy constraint: Member must satisfy enum value set: [gif, jpeg, png, webp]`
  const bytes = isJson(source) ? (source['bytes'] ?? source['s3Location']) : undefined
  return bytes === undefined ? `The source field in the ImageBlock object at ${at} is empty.` : undefined
}

const idsOf = (message: unknown, kind: 'toolUse' | 'toolResult'): readonly unknown[] =>
  blocksOf(message).flatMap(block => {
    const tool = block[kind]
    return isJson(tool) ? [tool['toolUseId']] : []
  })

/** All results of a turn's calls stand in the message right after it. */
const faultInTools = (messages: readonly unknown[], place: number): string | undefined => {
  const wanted = idsOf(messages[place - 1], 'toolUse')
  const given = idsOf(messages[place], 'toolResult')
  if (given.length > wanted.length)
    return `The number of toolResult blocks at messages.${place}.content exceeds the number of toolUse blocks of previous turn.`
  const missing = wanted.filter(id => !given.includes(id))
  return missing.length === 0
    ? undefined
    : `Expected toolResult blocks at messages.${place}.content for the following Ids: ${missing.join(', ')}`
}
