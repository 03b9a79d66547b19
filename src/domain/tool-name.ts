/** Names of tools: each dialect takes so many letters, digits, `_` and `-`, and others may write longer ones or dots. */
import { fingerprint } from './fingerprint.ts'
import type { Message, Part } from './message.ts'
import type { ChatRequest, ToolChoice } from './request.ts'

const [longestMark, stranger] = [8, /[^a-zA-Z0-9_-]/g]
const isPlain = /^[a-zA-Z0-9_-]+$/

/** The name within this length; one that does not fit ends in a digest of itself, so that no two become the same. */
export const fitName = (name: string, longest: number): string => {
  if (name.length <= longest && isPlain.test(name)) return name
  const mark = fingerprint(name).slice(0, longestMark)
  return `${name.replace(stranger, '_').slice(0, longest - longestMark - 1)}_${mark}`
}

type Fit = (name: string) => string

const namedPart = (part: Part, fit: Fit): Part => (part.type === 'tool-call' ? { ...part, name: fit(part.name) } : part)
const namedMessage = (message: Message, fit: Fit): Message =>
  message.role === 'assistant' ? { ...message, parts: message.parts.map(part => namedPart(part, fit)) } : message
const namedChoice = (choice: ToolChoice, fit: Fit): ToolChoice => {
  if (typeof choice === 'string') return choice
  return 'name' in choice ? { name: fit(choice.name) } : { ...choice, oneOf: choice.oneOf.map(fit) }
}

const isOther = (name: string, fit: Fit): boolean => fit(name) !== name
const hasOther = ({ tools, messages }: ChatRequest, fit: Fit): boolean =>
  tools.some(({ name }) => isOther(name, fit)) ||
  messages.some(({ parts }) => parts.some(part => part.type === 'tool-call' && isOther(part.name, fit)))

/** The request with every tool by the name that fits, where it is defined, chosen and called; the very same if all do. */
export const withFitNames = (request: ChatRequest, fit: Fit): ChatRequest => {
  if (!hasOther(request, fit)) return request
  const { tools, toolChoice, messages } = request
  return {
    ...request,
    tools: tools.map(tool => ({ ...tool, name: fit(tool.name) })),
    messages: messages.map(message => namedMessage(message, fit)),
    ...(toolChoice !== undefined && { toolChoice: namedChoice(toolChoice, fit) }),
  }
}
