/** The messages of a request in Anthropic's format: in order, or what is wrong with them. */
import { sealOf } from './seal.ts'
import { isJson, listOf } from './speech.ts'
import type { Json } from './speech.ts'

/** The text of a content, blocks joined by line breaks; with what tools were given and gave, if wanted. */
export const contentText = (content: unknown, withTools = false): string => {
  if (typeof content === 'string') return content
  const texts: string[] = []
  for (const block of listOf(content)) {
    if (!isJson(block)) continue
    if (typeof block['text'] === 'string') texts.push(block['text'])
    else if (withTools && block['type'] === 'tool_use') texts.push(JSON.stringify(block['input'] ?? {}))
    else if (withTools && block['type'] === 'tool_result') texts.push(contentText(block['content']))
  }
  return texts.join('\n')
}

/** The first thing that Anthropic would refuse in these messages, in its words. */
export const complaintAboutTurns = (messages: unknown): string | undefined => {
  if (messages === undefined) return 'messages: Field required'
  if (!Array.isArray(messages)) return 'messages: Input should be a valid list'
  if (messages.length === 0) return 'messages: at least one message is required'
  for (const [place, message] of messages.entries()) {
    const fault = faultOf(message, place, messages.length) ?? faultInOrder(messages, place)
    if (fault !== undefined) return fault
  }
  return undefined
}

const faultOf = (message: unknown, place: number, count: number): string | undefined => {
  if (!isJson(message)) return `messages.${place}: Input should be a valid dictionary`
  const { role, content } = message
  if (role !== 'user' && role !== 'assistant') {
    return `messages: Unexpected role "${String(role)}". Allowed roles are "user" or "assistant"; the Messages API accepts a top-level \`system\` parameter.`
  }
  if (place === 0 && role !== 'user') return 'messages: first message must use the "user" role'
  return faultInContent(content, place, role === 'assistant' && place === count - 1)
}

/** A last message of the assistant's is the start of the answer: it may be empty, but must not end in a blank. */
const faultInContent = (content: unknown, place: number, isPrefill: boolean): string | undefined => {
  const empty = `messages.${place}: all messages must have non-empty content except for the optional final assistant message`
  if (content === undefined) return `messages.${place}.content: Field required`
  if (content === '') return isPrefill ? undefined : empty
  if (typeof content === 'string') {
    return isPrefill && /\s$/.test(content)
      ? 'messages: final assistant content cannot end with trailing whitespace'
      : undefined
  }
  if (!Array.isArray(content)) return `messages.${place}.content: Input should be a valid list`
  if (content.length === 0 && !isPrefill) return empty
  return faultInBlocks(content, `messages.${place}.content`)
}

/** What a block of each kind must hold. Kinds that are not listed are taken as they are. */
const needs: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  image: ['source'],
  document: ['source'],
  tool_use: ['id', 'name', 'input'],
  tool_result: ['tool_use_id'],
  thinking: ['thinking', 'signature'],
  redacted_thinking: ['data'],
}

const faultInBlocks = (blocks: readonly unknown[], at: string): string | undefined => {
  for (const [place, block] of blocks.entries()) {
    const type = isJson(block) ? block['type'] : undefined
    if (!isJson(block) || typeof type !== 'string') return `${at}.${place}.type: Field required`
    const fault = faultInBlock(block, type, `${at}.${place}.${type}`)
    if (fault !== undefined) return fault
  }
  return undefined
}

const faultInBlock = (block: Json, type: string, at: string): string | undefined => {
  const missing = Object.hasOwn(needs, type) ? needs[type]?.find(member => block[member] === undefined) : undefined
  if (missing !== undefined) return `${at}.${missing}: Field required`
  if (type === 'text' && block['text'] === '') return 'messages: text content blocks must be non-empty'
  return type === 'image' || type === 'document' ? sourceFault(block, at) : undefined
}

const sources: Readonly<Record<string, readonly string[]>> = {
  base64: ['media_type', 'data'],
  url: ['url'],
  file: ['file_id'],
  text: ['media_type', 'data'],
  content: ['content'],
}

const sourceFault = ({ source }: Json, at: string): string | undefined => {
  const type = isJson(source) ? source['type'] : undefined
  if (!isJson(source) || typeof type !== 'string' || !Object.hasOwn(sources, type)) {
    return `${at}.source: Input tag does not match any of the expected tags: 'base64', 'url', 'file'`
  }
  const missing = sources[type]?.find(member => typeof source[member] !== 'string' && member !== 'content')
  if (missing !== undefined) return `${at}.source.${type}.${missing}: Field required`
  return type === 'base64' && !/^[A-Za-z0-9+/]+=*$/.test(String(source['data']).slice(0, 4096))
    ? `${at}.source.base64.data: Invalid base64 data`
    : undefined
}

const idsIn = (message: unknown, type: string, member: string): readonly unknown[] =>
  isJson(message)
    ? listOf(message['content']).flatMap(block => (isJson(block) && block['type'] === type ? [block[member]] : []))
    : []

/** All results of a turn's calls stand in the message right after it. */
const faultInOrder = (messages: readonly unknown[], place: number): string | undefined => {
  const results = idsIn(messages[place], 'tool_result', 'tool_use_id')
  const calls = idsIn(messages[place - 1], 'tool_use', 'id')
  const strange = results.find(id => !calls.includes(id))
  if (strange !== undefined) {
    return `messages.${place}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(strange)}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`
  }
  const wanted = idsIn(messages[place], 'tool_use', 'id')
  const given = idsIn(messages[place + 1], 'tool_result', 'tool_use_id')
  const missing = wanted.filter(id => !given.includes(id))
  return missing.length === 0
    ? undefined
    : `messages.${place + 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
}

/** The first thought in these messages that comes back with another seal than the world put on it, in Anthropic's words. */
export const faultInSeals = (messages: unknown): string | undefined => {
  for (const [place, message] of listOf(messages).entries()) {
    const nth = listOf(isJson(message) ? message['content'] : undefined).findIndex(
      block =>
        isJson(block) && block['type'] === 'thinking' && block['signature'] !== sealOf(String(block['thinking'])),
    )
    if (nth >= 0) return `messages.${place}.content.${nth}: Invalid \`signature\` in \`thinking\` block`
  }
  return undefined
}
