/** What Cohere's dialect is tried on even where only the repository was cloned. */

const usage = {
  billed_units: { input_tokens: 15, output_tokens: 7 },
  tokens: { input_tokens: 69, output_tokens: 12, reasoning_tokens: 3 },
  cached_tokens: 48,
}
const citation = {
  start: 0,
  end: 5,
  text: 'naïve',
  sources: [{ type: 'document', id: 'doc:0', document: { id: 'doc:0', text: 'naïve' } }],
  type: 'TEXT_CONTENT',
}
type Json = Readonly<Record<string, unknown>>
const event = (type: string, members: Json): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
const content = (type: string, index: number, inner: Json): string =>
  event(type, { index, delta: { message: { content: inner } } })
const call = (type: string, index: number, inner: Json): string =>
  event(type, { index, delta: { message: { tool_calls: inner } } })
const logprob = { text: 'naïve ', token_ids: [4], logprobs: [-0.5] }

/** A body with everything that a request may hold. */
export const cohereBody: Json = {
  model: 'command-a-03-2025',
  messages: [
    { role: 'system', content: 'be brief' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'what is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      tool_plan: 'I will look.',
      tool_calls: [{ id: 'look_1', type: 'function', function: { name: 'look', arguments: '{"at": "é"}' } }],
    },
    {
      role: 'tool',
      tool_call_id: 'look_1',
      content: [{ type: 'document', document: { id: 'd', data: { title: 'A', text: 'b' } } }],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'a cat' },
      ],
      citations: [citation],
    },
    { role: 'user', content: 'sure?' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'look', description: 'looks', parameters: { type: 'object', required: ['at'] } },
    },
  ],
  strict_tools: true,
  tool_choice: 'REQUIRED',
  documents: ['plain', { id: 'doc-1', data: { text: 'more', url: 'https://a.test' } }],
  citation_options: { mode: 'ACCURATE' },
  response_format: { type: 'json_object', json_schema: { type: 'object' } },
  safety_mode: 'STRICT',
  max_tokens: 100,
  stop_sequences: ['END'],
  temperature: 0.4,
  seed: 7,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  k: 40,
  p: 0.9,
  logprobs: true,
  thinking: { type: 'enabled', token_budget: 500 },
  priority: 3,
  raw_prompting: false,
  stream: true,
  novel: { kept: true },
}

/** A plan, thinking, a cited text and two calls, streamed and whole. */
export const cohereStream = {
  name: 'plan, thinking, text and calls',
  text: [
    event('message-start', { id: 'c-1', delta: { message: { role: 'assistant', content: [], tool_plan: '' } } }),
    event('tool-plan-delta', { delta: { message: { tool_plan: 'I will' } } }),
    event('tool-plan-delta', { delta: { message: { tool_plan: ' look.' } } }),
    content('content-start', 0, { type: 'thinking', thinking: '' }),
    content('content-delta', 0, { thinking: 'hm' }),
    event('content-end', { index: 0 }),
    content('content-start', 1, { type: 'text', text: '' }),
    event('content-delta', { index: 1, delta: { message: { content: { text: 'naïve ' } } }, logprobs: logprob }),
    event('citation-start', { index: 0, delta: { message: { citations: citation } } }),
    event('citation-end', { index: 0 }),
    content('content-delta', 1, { text: '🙂' }),
    event('content-end', { index: 1 }),
    call('tool-call-start', 0, { id: 'look_1', type: 'function', function: { name: 'look', arguments: '' } }),
    call('tool-call-delta', 0, { function: { arguments: '{"at":' } }),
    call('tool-call-delta', 0, { function: { arguments: '1}' } }),
    event('tool-call-end', { index: 0 }),
    call('tool-call-start', 1, { id: 'rest_1', type: 'function', function: { name: 'rest', arguments: '' } }),
    call('tool-call-delta', 1, { function: { arguments: 'nu' } }),
    call('tool-call-delta', 1, { function: { arguments: 'll' } }),
    event('tool-call-end', { index: 1 }),
    event('message-end', { delta: { finish_reason: 'TOOL_CALL', usage } }),
    'data: [DONE]\n\n',
  ].join(''),
  whole: {
    id: 'c-1',
    message: {
      role: 'assistant',
      tool_plan: 'I will look.',
      tool_calls: [
        { id: 'look_1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } },
        { id: 'rest_1', type: 'function', function: { name: 'rest', arguments: 'null' } },
      ],
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'naïve 🙂' },
      ],
      citations: [citation],
    },
    finish_reason: 'TOOL_CALL',
    usage,
    logprobs: [logprob],
  },
}
