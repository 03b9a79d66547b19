/** The parameters of a request that a condition may ask for, by the names that OpenAI's dialect has for them. */
import type { Scalar } from '../domain/policy.ts'
import { isConversation } from '../domain/request.ts'
import type { Conversation, ModelRequest, OutputFormat, ToolChoice } from '../domain/request.ts'

type Params = Record<string, Scalar>

/** A word, not a text: what a model is asked must not get into the facts by a parameter's name. */
const word = /^[\w.:/-]{1,64}$/

const formatOf = (output: OutputFormat): string => {
  if (output.type === 'text') return 'text'
  return 'schema' in output ? 'json_schema' : 'json_object'
}
const choiceOf = (choice: ToolChoice): string => {
  if (typeof choice === 'string') return choice
  if ('name' in choice) return 'named'
  return choice.required ? 'required' : 'auto'
}

/** The value as far as it may be told: of a list how long it is, of a text or an object only that it is there. */
const toldOf = (value: unknown): Scalar | undefined => {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  if (Array.isArray(value)) return value.length
  return typeof value === 'string' && word.test(value) ? value : true
}

/** What only one dialect knows, under the dialect's own names. */
const addOwn = (params: Params, extensions: ModelRequest['extensions']): void => {
  for (const own of Object.values(extensions))
    for (const [name, value] of Object.entries(own)) {
      const told = toldOf(value)
      if (told !== undefined && word.test(name)) define(params, name, told)
    }
}
/** As a member of its own, whatever it is called. */
const define = (params: Params, name: string, value: Scalar): void => {
  if (name === '__proto__') Object.defineProperty(params, name, { value, enumerable: true, configurable: true })
  else params[name] = value
}

const put = (params: Params, name: string, value: Scalar | undefined): void => {
  if (value !== undefined) params[name] = value
}

const addSampling = (params: Params, { sampling }: Conversation): void => {
  put(params, 'temperature', sampling.temperature)
  put(params, 'top_p', sampling.topP)
  put(params, 'top_k', sampling.topK)
  put(params, 'seed', sampling.seed)
  put(params, 'frequency_penalty', sampling.frequencyPenalty)
  put(params, 'presence_penalty', sampling.presencePenalty)
  put(params, 'logit_bias', sampling.logitBias && Object.keys(sampling.logitBias).length)
}

const addConversation = (params: Params, request: Conversation): void => {
  const { limits, reasoning, tools, opaqueTools, toolChoice } = request
  put(params, 'messages', request.messages.length)
  put(params, 'tools', tools.length + (opaqueTools?.length ?? 0))
  put(params, 'tool_choice', toolChoice === undefined ? undefined : choiceOf(toolChoice))
  put(params, 'parallel_tool_calls', request.parallelToolCalls)
  put(params, 'response_format', formatOf(request.output))
  put(params, 'max_tokens', limits.maxOutputTokens)
  put(params, 'stop', limits.stop.length)
  put(params, 'n', request.choices)
  addSampling(params, request)
  put(params, 'reasoning_effort', reasoning?.effort)
  put(params, 'reasoning_budget', reasoning?.budget)
  put(params, 'logprobs', request.logprobs !== undefined)
  put(params, 'top_logprobs', request.logprobs)
  put(params, 'service_tier', request.serviceTier)
}

/** Members beyond chat whose value is a word, a number or a flag; of lists, how long they are. */
const ofOperation = {
  dimensions: 'dimensions',
  encoding: 'encoding_format',
  purpose: 'input_type',
  inputs: 'inputs',
  documents: 'documents',
  topN: 'top_n',
  count: 'n',
  size: 'size',
  quality: 'quality',
  voice: 'voice',
  fileType: 'output_format',
  format: 'response_format',
  language: 'language',
  method: 'method',
} as const

const addOperation = (params: Params, request: ModelRequest): void => {
  for (const [member, value] of Object.entries(request)) {
    if (!Object.hasOwn(ofOperation, member)) continue
    const name = ofOperation[member as keyof typeof ofOperation]
    if (Array.isArray(value)) put(params, name, value.length)
    else if (typeof value === 'number' || (typeof value === 'string' && word.test(value))) put(params, name, value)
  }
}

/** Counts for lists and tables (`messages`, `tools`, `stop`, `logit_bias`), a kind for `response_format` and `tool_choice`; nothing of what is said. */
export const parametersOf = (request: ModelRequest): Readonly<Record<string, Scalar>> => {
  const params: Params = {}
  addOwn(params, request.extensions)
  put(params, 'model', request.target)
  put(params, 'stream', request.stream)
  if (isConversation(request)) addConversation(params, request)
  else addOperation(params, request)
  return params
}
