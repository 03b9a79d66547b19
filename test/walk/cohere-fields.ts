/** Every field of a request to Cohere's chat, and to OpenAI's older completions, as their references list them. */
import type { Field } from '../schema-fields.ts'
import type { Json } from './every-field.ts'

const hi = { role: 'user', content: 'hi' }
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tool = { type: 'function', function: { name: 'f', parameters: schema } }
const call = { id: 'f_1', type: 'function', function: { name: 'f', arguments: '{"city":"Oslo"}' } }
const called = [hi, { role: 'assistant', tool_calls: [call] }]
const result = { role: 'tool', tool_call_id: 'f_1', content: 'some result' }

const plain = { model: 'pool', messages: [hi], stream: false }
type Changes = readonly (readonly [path: string, changes: Json, without?: Json])[]
const fieldsOf = (body: Json, changes: Changes): readonly Field[] =>
  changes.map(([path, more, without = {}]) => ({
    path: `.${path}`,
    value: { ...body, ...more },
    without: { value: { ...body, ...without } },
  }))
const said = (content: unknown): Json => ({ messages: [{ role: 'user', content }] })
const spoken = (message: Json): Json => ({ messages: [hi, { role: 'assistant', ...message }, hi] })
const withTools = { tools: [tool] }
const source = { type: 'document', id: 'doc:0', document: { id: 'doc:0', text: 'some source' } }
const citation = { start: 0, end: 4, text: 'some', sources: [source], type: 'TEXT_CONTENT' }

/** Every field of `POST /v2/chat`. */
export const cohereFields: readonly Field[] = fieldsOf(plain, [
  ['messages[](system).content', { messages: [{ role: 'system', content: 'some rules' }, hi] }],
  [
    'messages[](system).content[](text)',
    { messages: [{ role: 'system', content: [{ type: 'text', text: 'some rules' }] }, hi] },
  ],
  ['messages[](user).content', said('some words')],
  ['messages[](user).content[](text)', said([{ type: 'text', text: 'some words' }])],
  [
    'messages[](user).content[](image_url).url',
    said([{ type: 'image_url', image_url: { url: 'https://a.test/i.png' } }]),
  ],
  [
    'messages[](user).content[](image_url).data',
    said([{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }]),
  ],
  [
    'messages[](user).content[](image_url).detail',
    said([{ type: 'image_url', image_url: { url: 'https://a.test/i.png', detail: 'low' } }]),
    said([{ type: 'image_url', image_url: { url: 'https://a.test/i.png' } }]),
  ],
  [
    'messages[](user).content[](document)',
    said([{ type: 'document', document: { id: 'd', data: { text: 'some facts' } } }]),
  ],
  ['messages[](assistant).content', spoken({ content: 'some words' }), spoken({ content: 'x' })],
  [
    'messages[](assistant).content[](text)',
    spoken({ content: [{ type: 'text', text: 'some words' }] }),
    spoken({ content: 'x' }),
  ],
  [
    'messages[](assistant).content[](thinking)',
    spoken({
      content: [
        { type: 'thinking', thinking: 'some thought' },
        { type: 'text', text: 'x' },
      ],
    }),
    spoken({ content: 'x' }),
  ],
  ['messages[](assistant).citations', spoken({ content: 'x', citations: [citation] }), spoken({ content: 'x' })],
  ['messages[](assistant).tool_calls', { ...withTools, messages: [...called, result] }, withTools],
  [
    'messages[](assistant).tool_plan',
    { ...withTools, messages: [hi, { role: 'assistant', tool_plan: 'some plan', tool_calls: [call] }, result] },
    { ...withTools, messages: [...called, result] },
  ],
  [
    'messages[](tool).content',
    { ...withTools, messages: [...called, result] },
    { ...withTools, messages: [...called, { ...result, content: 'x' }] },
  ],
  [
    'messages[](tool).content[](text)',
    { ...withTools, messages: [...called, { ...result, content: [{ type: 'text', text: 'some result' }] }] },
    { ...withTools, messages: [...called, { ...result, content: 'x' }] },
  ],
  [
    'messages[](tool).content[](document)',
    {
      ...withTools,
      messages: [
        ...called,
        { ...result, content: [{ type: 'document', document: { id: 'd', data: { text: 'some facts' } } }] },
      ],
    },
    { ...withTools, messages: [...called, { ...result, content: 'x' }] },
  ],
  ['tools[].function.name', withTools],
  [
    'tools[].function.description',
    { tools: [{ type: 'function', function: { name: 'f', description: 'some use', parameters: schema } }] },
    withTools,
  ],
  [
    'tools[].function.parameters',
    withTools,
    { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] },
  ],
  ['strict_tools=true', { ...withTools, strict_tools: true }, withTools],
  ['strict_tools=false', { ...withTools, strict_tools: false }, withTools],
  ['tool_choice=REQUIRED', { ...withTools, tool_choice: 'REQUIRED' }, withTools],
  ['tool_choice=NONE', { ...withTools, tool_choice: 'NONE' }, withTools],
  ['documents[](string)', { documents: ['some facts'] }],
  [
    'documents[](object).id',
    { documents: [{ id: 'some id', data: { text: 'x' } }] },
    { documents: [{ data: { text: 'x' } }] },
  ],
  ['documents[](object).data', { documents: [{ data: { text: 'some facts', title: 'some title' } }] }],
  ['citation_options.mode', { citation_options: { mode: 'ACCURATE' } }],
  ['response_format(text)', { response_format: { type: 'text' } }],
  ['response_format(json_object)', { response_format: { type: 'json_object' } }],
  ['response_format(json_object).json_schema', { response_format: { type: 'json_object', json_schema: schema } }],
  ['response_format(json_object).schema', { response_format: { type: 'json_object', schema } }],
  ['safety_mode=CONTEXTUAL', { safety_mode: 'CONTEXTUAL' }],
  ['safety_mode=STRICT', { safety_mode: 'STRICT' }],
  ['safety_mode=OFF', { safety_mode: 'OFF' }],
  ['max_tokens', { max_tokens: 77 }],
  ['stop_sequences', { stop_sequences: ['some stop'] }],
  ['temperature', { temperature: 0.4 }],
  ['seed', { seed: 5 }],
  ['frequency_penalty', { frequency_penalty: 0.1 }],
  ['presence_penalty', { presence_penalty: 0.2 }],
  ['k', { k: 40 }],
  ['p', { p: 0.9 }],
  ['logprobs', { logprobs: true }],
  ['thinking(enabled)', { thinking: { type: 'enabled' } }],
  ['thinking(enabled).token_budget', { thinking: { type: 'enabled', token_budget: 1500 } }],
  ['thinking(disabled)', { thinking: { type: 'disabled' } }],
  ['priority', { priority: 3 }],
  ['raw_prompting', { raw_prompting: true }],
  ['stream', { stream: true }],
])

const prompted = { model: 'pool', prompt: 'hi' }
const usage = { billed_units: { input_tokens: 9, output_tokens: 7 }, tokens: { input_tokens: 9, output_tokens: 7 } }
const answer = {
  id: 'c-1',
  message: { role: 'assistant', content: [{ type: 'text', text: 'so' }] },
  finish_reason: 'COMPLETE',
  usage,
}
const telling = (message: Json): Json => ({ message: { ...answer.message, ...message } })
const using = (more: Json): Json => ({ usage: { ...usage, ...more } })
const toolCitation = { ...citation, sources: [{ type: 'tool', id: 'f_1:0', tool_output: { content: 'some result' } }] }

/** Every field of an answer of `POST /v2/chat`. */
export const cohereAnswerFields: readonly Field[] = fieldsOf(answer, [
  ['id', { id: 'c-9' }],
  ['finish_reason=STOP_SEQUENCE', { finish_reason: 'STOP_SEQUENCE' }],
  ['finish_reason=MAX_TOKENS', { finish_reason: 'MAX_TOKENS' }],
  [
    'finish_reason=TOOL_CALL',
    { finish_reason: 'TOOL_CALL', ...telling({ tool_calls: [call] }) },
    telling({ tool_calls: [call] }),
  ],
  ['finish_reason=TIMEOUT', { finish_reason: 'TIMEOUT' }],
  ['finish_reason=ERROR', { finish_reason: 'ERROR' }],
  ['message.content[](text)', telling({ content: [{ type: 'text', text: 'some words' }] })],
  [
    'message.content[](thinking)',
    telling({ content: [{ type: 'thinking', thinking: 'some thought' }, ...answer.message.content] }),
  ],
  ['message.tool_plan', telling({ tool_plan: 'some plan' })],
  ['message.tool_calls[]', telling({ tool_calls: [call] })],
  ['message.citations[](document)', telling({ citations: [citation] })],
  ['message.citations[](tool)', telling({ citations: [toolCitation] })],
  ['message.citations[](plan)', telling({ citations: [{ ...citation, type: 'PLAN' }] })],
  ['logprobs[]', { logprobs: [{ text: 'so', token_ids: [4], logprobs: [-0.5] }] }],
  ['usage.billed_units.input_tokens', using({ billed_units: { input_tokens: 8, output_tokens: 7 } })],
  ['usage.billed_units.output_tokens', using({ billed_units: { input_tokens: 9, output_tokens: 6 } })],
  ['usage.billed_units.search_units', using({ billed_units: { ...usage.billed_units, search_units: 2 } })],
  ['usage.billed_units.classifications', using({ billed_units: { ...usage.billed_units, classifications: 2 } })],
  ['usage.tokens.input_tokens', using({ tokens: { input_tokens: 60, output_tokens: 7 } })],
  ['usage.tokens.output_tokens', using({ tokens: { input_tokens: 9, output_tokens: 8 } })],
  ['usage.tokens.reasoning_tokens', using({ tokens: { ...usage.tokens, reasoning_tokens: 4 } })],
  ['usage.tokens.image_tokens', using({ tokens: { ...usage.tokens, image_tokens: 3 } })],
  ['usage.cached_tokens', using({ cached_tokens: 5 })],
])

/** Every field of `POST /v1/completions`. */
export const completionsFields: readonly Field[] = fieldsOf(prompted, [
  ['prompt', { prompt: 'some words' }],
  ['prompt[](string)', { prompt: ['some words', 'some more'] }],
  ['prompt[](integer)', { prompt: [1, 2] }],
  ['prompt[][](integer)', { prompt: [[1], [2, 3]] }],
  ['best_of', { best_of: 3 }],
  ['echo', { echo: true }],
  ['frequency_penalty', { frequency_penalty: 0.1 }],
  ['logit_bias', { logit_bias: { 5: 1 } }],
  ['logprobs', { logprobs: 2 }],
  ['max_tokens', { max_tokens: 77 }],
  ['n', { n: 2 }],
  ['presence_penalty', { presence_penalty: 0.1 }],
  ['seed', { seed: 7 }],
  ['stop', { stop: ['some stop'] }],
  ['stream', { stream: true }],
  ['stream_options.include_usage', { stream: true, stream_options: { include_usage: true } }, { stream: true }],
  [
    'stream_options.include_obfuscation',
    { stream: true, stream_options: { include_obfuscation: false } },
    { stream: true },
  ],
  ['suffix', { suffix: 'some end' }],
  ['temperature', { temperature: 0.4 }],
  ['top_p', { top_p: 0.9 }],
  ['user', { user: 'some user' }],
])
