/** What OpenAI's responses are tried on even where only the repository was cloned. */

type Json = Readonly<Record<string, unknown>>

const usage = {
  input_tokens: 15,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 22,
}
const around = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_750_000_000,
  model: 'gpt-5.1',
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  service_tier: 'default',
}
const logprob = { token: 'naïve ', logprob: -0.5, bytes: [110], top_logprobs: [] }
const citation = { type: 'url_citation', start_index: 0, end_index: 5, url: 'https://a.test/', title: 'A' }
const thought = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [
    { type: 'summary_text', text: 'hm' },
    { type: 'summary_text', text: 'aha' },
  ],
  encrypted_content: 'gAAAAABo',
}
const text = { type: 'output_text', text: 'naïve 🙂', annotations: [citation], logprobs: [logprob] }
const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', phase: 'commentary' }
const call = { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{"at":1}' }
const other = { id: 'fc_2', type: 'function_call', call_id: 'call_2', name: 'hear', arguments: '{}' }
const custom = { id: 'ctc_1', type: 'custom_tool_call', call_id: 'call_3', name: 'sql', input: 'SELECT 1' }
const search = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'a' } }
const isDone = { status: 'completed' }

/** The events as the wire has them, numbered. */
export const responsesText = (events: readonly Json[]): string =>
  events
    .map((event, place) => ({ ...event, sequence_number: place }))
    .map(event => `event: ${String((event as Json)['type'])}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')

const at = (item: Json, place: number, more: Json = {}): Json => ({ item_id: item['id'], output_index: place, ...more })
const added = (item: Json, place: number): Json => ({ type: 'response.output_item.added', output_index: place, item })
const done = (item: Json, place: number): Json => ({ type: 'response.output_item.done', output_index: place, item })
const part = at(message, 1, { content_index: 0 })
const whole = {
  ...around,
  status: 'completed',
  output: [thought, { ...message, content: [text] }, search, { ...call, ...isDone }, { ...other, ...isDone }, custom],
  usage,
}
const summary = (place: number, word: string): readonly Json[] => {
  const here = at(thought, 0, { summary_index: place })
  const piece = (said: string): Json => ({ part: { type: 'summary_text', text: said } })
  return [
    { type: 'response.reasoning_summary_part.added', ...here, ...piece('') },
    { type: 'response.reasoning_summary_text.delta', ...here, delta: word },
    { type: 'response.reasoning_summary_text.done', ...here, text: word },
    { type: 'response.reasoning_summary_part.done', ...here, ...piece(word) },
  ]
}

/** Reasoning, text, a search, two calls and one of a custom tool. */
export const responsesStream = {
  name: 'reasoning, text, a search and calls',
  text: responsesText([
    { type: 'response.created', response: { ...around, status: 'in_progress', output: [] } },
    { type: 'response.in_progress', response: { ...around, status: 'in_progress', output: [] } },
    added({ id: 'rs_1', type: 'reasoning', summary: [] }, 0),
    ...summary(0, 'hm'),
    ...summary(1, 'aha'),
    done(thought, 0),
    added({ ...message, status: 'in_progress', content: [] }, 1),
    { type: 'response.content_part.added', ...part, part: { ...text, text: '', annotations: [], logprobs: [] } },
    { type: 'response.output_text.delta', ...part, delta: 'naïve ', logprobs: [logprob] },
    { type: 'response.output_text.delta', ...part, delta: '🙂', logprobs: [] },
    { type: 'response.output_text.annotation.added', ...part, annotation_index: 0, annotation: citation },
    { type: 'response.output_text.done', ...part, text: text.text, logprobs: text.logprobs },
    { type: 'response.content_part.done', ...part, part: text },
    done({ ...message, content: [text] }, 1),
    added({ ...search, status: 'in_progress' }, 2),
    { type: 'response.web_search_call.searching', ...at(search, 2) },
    done(search, 2),
    added({ ...call, arguments: '', status: 'in_progress' }, 3),
    { type: 'response.function_call_arguments.delta', ...at(call, 3), delta: '{"at":' },
    { type: 'response.function_call_arguments.delta', ...at(call, 3), delta: '1}' },
    { type: 'response.function_call_arguments.done', ...at(call, 3), name: 'look', arguments: call.arguments },
    done({ ...call, ...isDone }, 3),
    added({ ...other, arguments: '', status: 'in_progress' }, 4),
    { type: 'response.function_call_arguments.done', ...at(other, 4), name: 'hear', arguments: '{}' },
    done({ ...other, ...isDone }, 4),
    added({ ...custom, input: '' }, 5),
    { type: 'response.custom_tool_call_input.delta', ...at(custom, 5), delta: 'SELECT 1' },
    { type: 'response.custom_tool_call_input.done', ...at(custom, 5), input: 'SELECT 1' },
    done(custom, 5),
    { type: 'response.completed', response: whole },
  ]),
  whole,
}

/** A body with everything that a request may hold. */
export const responsesBody: Json = {
  model: 'gpt-5.1',
  instructions: 'be brief',
  input: [
    { role: 'developer', content: 'always' },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'what is this?', prompt_cache_breakpoint: { mode: 'explicit' } },
        { type: 'input_image', image_url: 'https://a.test/b.png', detail: 'low' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
      ],
    },
    thought,
    { ...message, content: [{ ...text, annotations: [], logprobs: [] }] },
    search,
    { ...call, ...isDone },
    { type: 'function_call_output', call_id: 'call_1', output: 'ok' },
    custom,
    { type: 'custom_tool_call_output', call_id: 'call_3', output: '1' },
    { role: 'assistant', content: 'a cat' },
    { role: 'user', content: [{ type: 'input_text', text: 'sure?' }] },
  ],
  tools: [
    { type: 'web_search' },
    { type: 'function', name: 'look', description: 'looks', parameters: { type: 'object' }, strict: false },
    { type: 'custom', name: 'sql', format: { type: 'text' } },
  ],
  tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'look' }] },
  parallel_tool_calls: false,
  text: { format: { type: 'json_schema', name: 'a', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
  reasoning: { effort: 'low', summary: 'auto' },
  include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
  top_logprobs: 2,
  max_output_tokens: 100,
  temperature: 0.5,
  top_p: 0.9,
  truncation: 'auto',
  store: false,
  service_tier: 'flex',
  safety_identifier: 'u',
  prompt_cache_key: 'k',
  metadata: { a: 'b' },
  stream: true,
  stream_options: { include_obfuscation: false },
  novel: { kept: true },
}
