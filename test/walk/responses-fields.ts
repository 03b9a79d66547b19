/** Every field of a request for a response, in a conversation where it makes sense. */
import { openaiDocument } from '../openai-schema.ts'
import { fieldsOf } from '../schema-fields.ts'
import type { Field, Hints } from '../schema-fields.ts'
import { isRecord } from './every-field.ts'
import type { Json } from './every-field.ts'

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const samples: readonly (readonly [RegExp, unknown])[] = [
  [/^\.model$/, 'pool'],
  [/\.image_url$/, 'https://a.test/i.png'],
  [/\.file_url$/, 'https://a.test/a.pdf'],
  [/\.file_data$/, 'data:application/pdf;base64,JVBERi0='],
  [/\(function_call(?:_output)?\)\.call_id$/, 'call_1'],
  [/\(function_call\)\.name$|tools\[\]\(function\)\.name$|^\.tool_choice\(function\)\.name$/, 'f'],
  [/\(function_call\)\.arguments$/, '{"city":"Oslo"}'],
  [/\.parameters$|\(json_schema\)\.schema$/, schema],
  [/\(allowed_tools\)\.tools\[\]$/, { type: 'function', name: 'f' }],
  [/\(json_schema\)\.name$/, 'weather'],
  [/\(reasoning\)\.encrypted_content$/, 'gAAAAABo'],
  [/\)\.id$/, 'item_1'],
  [/^\.metadata$/, { a: 'b' }],
  [/^\.max_output_tokens$/, 77],
]
/** What of the input is told of by nouns of the house; anything else is one field with all that is in it. */
const read =
  /^\.input\(array\)\[\]\((?:message|user|assistant|system|developer|object|any|function_call|function_call_output|reasoning)\)$/
const hints = (): Hints => ({
  document: openaiDocument(),
  sample: path => samples.find(([pattern]) => pattern.test(path))?.[1],
  isWhole: path =>
    (/^\.input\(array\)\[\]\([a-z_]*\)$/.test(path) && !read.test(path)) ||
    /^\.tools\[\]\((?!function\))[a-z_0-9]*\)$/.test(path) ||
    /^\.(?:moderation|prompt|conversation|context_management|prompt_cache_options|tool_choice)(?:\(object\)|\[\])?$/.test(
      path,
    ) ||
    /\.(?:caller|prompt_cache_breakpoint|annotations|logprobs|output_schema|allowed_callers)$/.test(path),
  isApart: path => path === '.model',
})

const hi = { role: 'user', content: 'hi' }
const use = { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' }
const result = { type: 'function_call_output', call_id: 'call_1', output: 'done' }
/** The item among others, as a conversation would have it. */
const conversation = (item: Json): readonly Json[] => {
  const { type, role } = item
  if (type === 'function_call_output') return item['call_id'] === undefined ? [hi, item] : [hi, use, item]
  if (type === 'function_call') return [hi, item, result]
  if (role === 'assistant') return [hi, item, hi]
  return type === 'reasoning' ? [hi, item, { role: 'assistant', content: 'ho' }, hi] : [item, hi]
}
/** A part is nothing without its content. */
const wholePart = (part: unknown): unknown => {
  if (!isRecord(part)) return part
  const isMedia = part['type'] === 'input_image' || part['type'] === 'input_file'
  const isWhole = ['image_url', 'file_id', 'file_data', 'file_url'].some(key => typeof part[key] === 'string')
  return isMedia && !isWhole ? { ...part, file_id: 'file-1' } : part
}
const wholeItem = (item: Json): Json => {
  const lists = ['content', 'output'].filter(key => Array.isArray(item[key]))
  const parts = lists.map(key => [key, (item[key] as readonly unknown[]).map(wholePart)] as const)
  return { ...item, ...Object.fromEntries(parts) }
}

/** A body that OpenAI would take, with this field or this rest of it. */
const bodyOf = (value: unknown): Json => {
  const body = isRecord(value) ? value : {}
  const { input = 'hi' } = body
  const items = Array.isArray(input) ? input.filter(isRecord).map(wholeItem).flatMap(conversation) : input
  const needsTools = ['tool_choice', 'parallel_tool_calls'].some(key => key in body)
  return {
    model: 'pool',
    ...body,
    input: items,
    ...(needsTools && { tools: [{ type: 'function', name: 'f', parameters: schema, strict: true }] }),
    ...('stream_options' in body && { stream: true }),
  }
}

/** Every field of a request for a response, as the published schema has them. */
export const responsesFields = (): readonly Field[] =>
  fieldsOf({ $ref: '#/components/schemas/CreateResponse' }, '', hints()).map(({ path, value, without }) => {
    const whole = bodyOf(value)
    const rest = bodyOf(without === undefined ? {} : without.value)
    const helpers = ['tools', 'stream'].filter(
      key => key in whole && !(key in rest) && !(isRecord(value) && key in value),
    )
    const kept = Object.fromEntries(helpers.map(key => [key, whole[key]]))
    return { path, value: whole, without: { value: { ...rest, ...kept } } }
  })
