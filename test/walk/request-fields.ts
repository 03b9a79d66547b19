/** Every field of a request in each dialect, in a conversation where it makes sense. */
import { anthropicTypes } from '../anthropic-schema.ts'
import { openaiDocument } from '../openai-schema.ts'
import { fieldsOf } from '../schema-fields.ts'
import type { Field, Hints } from '../schema-fields.ts'
import { isRecord } from './every-field.ts'
import type { Json } from './every-field.ts'

const png = 'iVBORw0KGgo='
const hi = { role: 'user', content: 'hi' }
const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}

type Samples = readonly (readonly [RegExp, unknown])[]
const sampler = (samples: Samples) => (path: string) => samples.find(([pattern]) => pattern.test(path))?.[1]

const openaiSamples: Samples = [
  [/^\.model$/, 'pool'],
  [/image_url\.url$/, 'https://a.test/i.png'],
  [/\.file\.file_data$/, 'data:application/pdf;base64,JVBERi0='],
  [/\.input_audio\.data$/, 'AAAA'],
  [/tool_calls\[\]\((?:function|custom)\)\.id$|\.tool_call_id$/, 'call_1'],
  [/\(function\)\.function\.name$|functions\[\]\.name$|\(function\)\.name$|function_call(?:\(object\))?\.name$/, 'f'],
  [/\.arguments$/, '{"city":"Oslo"}'],
  [/\.parameters$|\.json_schema\.schema$/, schema],
  [/\.allowed_tools\.tools\[\]$/, { type: 'function', function: { name: 'f' } }],
  [/^\.tool_choice\(custom\)\.custom\.name$|\.tools\[\]\(custom\)\.custom\.name$/, 'c'],
  [/\.json_schema\.name$/, 'weather'],
  [/^\.logit_bias$/, { 5: 1 }],
  [/^\.metadata$/, { a: 'b' }],
  [/^\.max_(?:completion_)?tokens$/, 77],
  [/^\.n$/, 3],
]
const openaiHints = (): Hints => ({
  document: openaiDocument(),
  sample: sampler(openaiSamples),
  isWhole: path => /^\.(?:audio|web_search_options|moderation|prediction)$/.test(path),
  isApart: path => path === '.model',
})

const call = (id: string, name: string): Json => ({ id, type: 'function', function: { name, arguments: '{}' } })
const openaiTool = { type: 'function', function: { name: 'f', parameters: schema } }
/** The message among others, as a conversation would have it. */
const openaiConversation = (message: Json): readonly Json[] => {
  switch (message['role']) {
    case 'tool':
      return [hi, { role: 'assistant', tool_calls: [call('call_1', 'f')] }, message]
    case 'function':
      return [
        hi,
        { role: 'assistant', content: null, function_call: { name: message['name'], arguments: '{}' } },
        message,
      ]
    case 'assistant':
      return [hi, message, ...openaiResults(message), hi]
    case 'user':
      return [message]
    default:
      return [message, hi]
  }
}
const openaiResults = ({ tool_calls: calls, function_call: old }: Json): readonly Json[] => {
  if (isRecord(old)) return [{ role: 'function', name: old['name'], content: 'done' }]
  return Array.isArray(calls) ? calls.map(one => ({ role: 'tool', tool_call_id: Object(one).id, content: 'done' })) : []
}

/** A file is nothing without its content. */
const wholePart = (part: unknown): unknown => {
  if (!isRecord(part) || !isRecord(part['file'])) return part
  const { file } = part
  const isWhole = 'file_data' in file || 'file_id' in file
  return isWhole ? part : { ...part, file: { ...file, file_id: 'file-1' } }
}
const wholeMessage = (message: Json): Json =>
  Array.isArray(message['content']) ? { ...message, content: message['content'].map(wholePart) } : message

/** A body that OpenAI would take, with this field or this rest of it. */
export const openaiBody = (value: unknown): Json => {
  const body = isRecord(value) ? value : {}
  const messages = Array.isArray(body['messages']) ? body['messages'].filter(isRecord) : []
  const needsTools = ['tool_choice', 'parallel_tool_calls'].some(key => key in body)
  return {
    ...body,
    messages: messages.map(wholeMessage).flatMap(openaiConversation),
    ...(needsTools && { tools: [openaiTool, { type: 'custom', custom: { name: 'c' } }] }),
    ...('function_call' in body && { functions: [{ name: 'f', parameters: schema }] }),
    ...('stream_options' in body && { stream: true }),
    ...('top_logprobs' in body && { logprobs: true }),
  }
}
/** The same where the field was taken out, with what the field needs around it. */
const around = (field: Field, bodyOf: (value: unknown) => Json): Field => {
  const value = bodyOf(field.value)
  if (field.without === undefined) return { path: field.path, value, without: { value: bodyOf(undefined) } }
  const without = bodyOf(field.without.value)
  const helpers = ['tools', 'functions', 'stream', 'logprobs'].filter(
    key => key in value && !(key in without) && !(isRecord(field.value) && key in field.value),
  )
  const kept = Object.fromEntries(helpers.map(key => [key, value[key]]))
  return { path: field.path, value, without: { value: { ...without, ...kept } } }
}

/** Every field of a chat completion, as the published schema has them. */
export const openaiFields = (): readonly Field[] =>
  fieldsOf({ $ref: '#/components/schemas/CreateChatCompletionRequest' }, '', openaiHints()).map(field =>
    around(field, value => ({ model: 'pool', ...openaiBody(value ?? { messages: [hi] }) })),
  )

const anthropicSamples: Samples = [
  [/^\.model$/, 'pool'],
  [/^\.max_tokens$/, 2000],
  [/\(url\)\.url$/, 'https://a.test/i.png'],
  [/\(image\)\.source(?:\(base64\))?\.data$/, png],
  [/\(document\)\.source(?:\(base64\))?\.data$/, 'JVBERi0='],
  [/\(tool_use\)\.input$|\(server_tool_use\)\.input$/, { city: 'Oslo' }],
  [/\(tool_use\)\.id$|\.tool_use_id$/, 'toolu_1'],
  [/\(tool_use\)\.name$|tools\[\]\((?:custom|object)\)\.name$|tool_choice\(tool\)\.name$/, 'f'],
  [/\.signature$/, 'EqoBCkYIBxgC'],
  [/\(redacted_thinking\)\.data$/, 'EmwKAhgB'],
  [/\.file_id$/, 'file_1'],
  [/\.input_schema$|\.format\.schema$/, schema],
  [/\.budget_tokens$/, 1500],
]
/** What a provider runs by itself is one field with all that is in it. */
const read = /\((?:text|image|document|thinking|redacted_thinking|tool_use|tool_result|string|array|custom|object)\)$/
const anthropicHints: Hints = {
  document: anthropicTypes,
  sample: sampler(anthropicSamples),
  isWhole: path =>
    (/(?:content\(array\)|tools)\[\]\([^)]*\)$/.test(path) && !read.test(path)) ||
    /\.(?:citations|caller)(?:\[\])?(?:\([a-z_0-9]*\))?$|\.container\(object\)$|\.diagnostics$/.test(path),
  // The types let every block stand with every role and in every other block; the service does not.
  isApart: path =>
    path === '.model' ||
    /\(user\)\.content\(array\)\[\]\((?:tool_use|thinking|redacted_thinking|server_tool_use)\)/.test(path) ||
    /\(assistant\)\.content\(array\)\[\]\((?:tool_result|image|document|search_result|container_upload)\)/.test(path) ||
    /\(document\)\.source\(content\)\.content\(array\)\[\]\(image\)\./.test(path) ||
    /\(tool_result\)\.content\(array\)\[\]\((?:document|image)\)\.(?:source\(content|transf|citations|context)/.test(
      path,
    ),
}
const anthropicUse = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }
const blocksIn = ({ content }: Json): readonly Json[] => (Array.isArray(content) ? content.filter(isRecord) : [])
const anthropicConversation = (message: Json): readonly Json[] => {
  const blocks = blocksIn(message)
  if (message['role'] === 'system') return [hi, message]
  if (message['role'] === 'user') {
    const isResult = blocks.some(({ type }) => type === 'tool_result')
    return isResult ? [hi, { role: 'assistant', content: [anthropicUse] }, message] : [message]
  }
  const calls = blocks.filter(({ type }) => type === 'tool_use')
  const results = calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'done' }))
  return [hi, message, results.length === 0 ? hi : { role: 'user', content: results }]
}
const anthropicBody = (value: unknown): Json => {
  const body = isRecord(value) ? value : {}
  const messages = Array.isArray(body['messages']) ? body['messages'].filter(isRecord) : []
  return {
    max_tokens: 2000,
    ...body,
    messages: messages.flatMap(anthropicConversation),
    ...('tool_choice' in body && { tools: [{ name: 'f', input_schema: schema }] }),
  }
}
/** What the newest types leave out and older models still take. */
const older: readonly Field[] = (
  [
    ['temperature', 0.4],
    ['top_p', 0.9],
    ['top_k', 5],
    ['output_format', { type: 'json_schema', schema }],
  ] as const
).map(([name, value]) => {
  const plain = { model: 'pool', max_tokens: 2000, messages: [hi] }
  return { path: `.${name}`, value: { ...plain, [name]: value }, without: { value: plain } }
})

/** Every field of a message to create, as the official SDK types them. */
export const anthropicFields = (): readonly Field[] => [
  ...fieldsOf({ $ref: '#/$defs/MessageCreateParamsBase' }, '', anthropicHints).map(field =>
    around(field, value => ({ model: 'pool', ...anthropicBody(value ?? { messages: [hi] }) })),
  ),
  ...older,
]
