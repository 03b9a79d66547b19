/** The parameters of a request that a condition may ask for, by the names that OpenAI's dialect has for them. */
import type { Scalar } from '../domain/policy.ts'
import type { ChatRequest, OutputFormat, ToolChoice } from '../domain/request.ts'

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

/** Words, numbers and flags that only one dialect knows, under the dialect's own names. */
const addOwn = (params: Params, extensions: ChatRequest['extensions']): void => {
  for (const own of Object.values(extensions))
    for (const [name, value] of Object.entries(own)) {
      const isFit = typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
      if (isFit || (typeof value === 'string' && word.test(value))) define(params, name, value)
    }
}
/** As a member of its own, whatever it is called. */
const define = (params: Params, name: string, value: Scalar): void => {
  if (name === '__proto__') Object.defineProperty(params, name, { value, enumerable: true, configurable: true })
  else params[name] = value
}

const told = (request: ChatRequest): Readonly<Record<string, Scalar | undefined>> => {
  const { sampling, limits, reasoning, tools, opaqueTools, toolChoice } = request
  return {
    model: request.target,
    stream: request.stream,
    messages: request.messages.length,
    tools: tools.length + (opaqueTools?.length ?? 0),
    tool_choice: toolChoice === undefined ? undefined : choiceOf(toolChoice),
    parallel_tool_calls: request.parallelToolCalls,
    response_format: formatOf(request.output),
    max_tokens: limits.maxOutputTokens,
    stop: limits.stop.length,
    n: request.choices,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    seed: sampling.seed,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    reasoning_effort: reasoning?.effort,
    reasoning_budget: reasoning?.budget,
    logprobs: request.logprobs !== undefined,
    top_logprobs: request.logprobs,
    service_tier: request.serviceTier,
  }
}

/** Counts for lists (`messages`, `tools`, `stop`), a kind for `response_format` and `tool_choice`; nothing of what is said. */
export const parametersOf = (request: ChatRequest): Readonly<Record<string, Scalar>> => {
  const params: Params = {}
  addOwn(params, request.extensions)
  for (const [name, value] of Object.entries(told(request))) if (value !== undefined) params[name] = value
  return params
}
