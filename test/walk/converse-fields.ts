/** Every field of a request to Bedrock's Converse API and of its answers, as AWS's own client types them. */
import type { Field } from '../schema-fields.ts'
import type { Json } from './every-field.ts'

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const spec = { name: 'f', inputSchema: { json: schema } }
const hi = { role: 'user', content: [{ text: 'hi' }] }
const plain = { messages: [hi] }

type Changes = readonly (readonly [path: string, changes: Json, without?: Json])[]
const fieldsOf = (body: Json, changes: Changes): readonly Field[] =>
  changes.map(([path, more, without = {}]) => ({
    path: `.${path}`,
    value: { ...body, ...more },
    without: { value: { ...body, ...without } },
  }))
const said = (...content: readonly Json[]): Json => ({
  messages: [{ role: 'user', content: [{ text: 'hi' }, ...content] }],
})
const spoken = (...content: readonly Json[]): Json => ({
  messages: [hi, { role: 'assistant', content: [{ text: 'x' }, ...content] }, hi],
})
const use = (more: Json): Json => ({ toolUse: { toolUseId: 't1', name: 'f', input: { city: 'Oslo' }, ...more } })
const result = (more: Json): Json => ({
  messages: [
    hi,
    { role: 'assistant', content: [use({})] },
    { role: 'user', content: [{ toolResult: { toolUseId: 't1', content: [{ text: 'x' }], ...more } }] },
  ],
  toolConfig: { tools: [{ toolSpec: spec }] },
})
const tools = (...all: readonly Json[]): Json => ({ toolConfig: { tools: all } })
const toolSpec = (more: Json): Json => tools({ toolSpec: { ...spec, ...more } })
const choice = (toolChoice: Json): Json => ({ toolConfig: { tools: [{ toolSpec: spec }], toolChoice } })
const jsonSchema = (more: Json): Json => ({
  outputConfig: {
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { schema: JSON.stringify({ ...schema, additionalProperties: false }), ...more } },
    },
  },
})
const inference = (more: Json): Json => ({ inferenceConfig: more })
const own = (more: Json): Json => ({ additionalModelRequestFields: more })
const document = (source: Json, more: Json = {}): Json => ({
  document: { format: 'pdf', name: 'report', source, ...more },
})
const pdf = { bytes: 'JVBERi0=' }
const image = { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }
const searchResult = {
  searchResult: { source: 'https://a.test', title: 'some title', content: [{ text: 'some facts' }] },
}
const citation = { title: 'some title', source: 'some source', location: { web: { url: 'some url' } } }
const guardrail = { guardrailIdentifier: 'some guard', guardrailVersion: '1' }

/** Every field of `Converse` and `ConverseStream`. */
export const converseFields: readonly Field[] = fieldsOf(plain, [
  ['system[].text', { system: [{ text: 'some rules' }] }],
  [
    'system[].cachePoint',
    { system: [{ text: 'x' }, { cachePoint: { type: 'default' } }] },
    { system: [{ text: 'x' }] },
  ],
  ['system[].guardContent', { system: [{ guardContent: { text: { text: 'some rules' } } }] }],
  ['messages[](system).content', { messages: [hi, { role: 'system', content: [{ text: 'some rules' }] }] }],
  ['messages[](user).content[].text', said({ text: 'some words' }), said()],
  ['messages[](user).content[].image.bytes', said(image), said()],
  [
    'messages[](user).content[].image.s3Location',
    said({ image: { format: 'png', source: { s3Location: { uri: 's3://some/i.png' } } } }),
    said(),
  ],
  ['messages[](user).content[].document.bytes', said(document(pdf)), said()],
  [
    'messages[](user).content[].document.text',
    said({ document: { name: 'd', source: { text: 'some facts' } } }),
    said(),
  ],
  [
    'messages[](user).content[].document.content',
    said(document({ content: [{ text: 'some facts' }, { text: 'some more' }] }, { format: 'txt' })),
    said(),
  ],
  ['messages[](user).content[].document.name', said(document(pdf, { name: 'some name' })), said(document(pdf))],
  [
    'messages[](user).content[].document.context',
    said(document(pdf, { context: 'some context' })),
    said(document(pdf)),
  ],
  [
    'messages[](user).content[].document.citations',
    said(document(pdf, { citations: { enabled: true } })),
    said(document(pdf)),
  ],
  ['messages[](user).content[].video', said({ video: { format: 'mp4', source: { bytes: 'AAAA' } } }), said()],
  ['messages[](user).content[].audio', said({ audio: { format: 'wav', source: { bytes: 'AAAA' } } }), said()],
  ['messages[](user).content[].searchResult', said(searchResult), said()],
  [
    'messages[](user).content[].guardContent',
    said({ guardContent: { text: { text: 'some facts', qualifiers: ['query'] } } }),
    said(),
  ],
  ['messages[](user).content[].cachePoint', said({ cachePoint: { type: 'default' } }), said()],
  [
    'messages[](user).content[].cachePoint.ttl',
    said({ cachePoint: { type: 'default', ttl: '1h' } }),
    said({ cachePoint: { type: 'default' } }),
  ],
  ['messages[](assistant).content[].text', spoken({ text: 'some words' }), spoken()],
  [
    'messages[](assistant).content[].reasoningContent.reasoningText',
    spoken({ reasoningContent: { reasoningText: { text: 'some thought', signature: 'EqoBsome' } } }),
    spoken(),
  ],
  [
    'messages[](assistant).content[].reasoningContent.redactedContent',
    spoken({ reasoningContent: { redactedContent: btoa('EqoBsome') } }),
    spoken(),
  ],
  [
    'messages[](assistant).content[].citationsContent',
    spoken({ citationsContent: { content: [{ text: 'some words' }], citations: [citation] } }),
    spoken(),
  ],
  ['messages[](assistant).content[].toolUse', result({}), { messages: [hi] }],
  [
    'messages[](assistant).content[].toolUse(server_tool_use)',
    spoken(use({ type: 'server_tool_use', name: 'some tool' })),
    spoken(),
  ],
  [
    'messages[](assistant).content[].toolResult',
    spoken({ toolResult: { toolUseId: 't1', content: [{ text: 'some result' }], type: 'some_result' } }),
    spoken(),
  ],
  ['messages[](user).content[].toolResult.content[].text', result({ content: [{ text: 'some result' }] }), result({})],
  [
    'messages[](user).content[].toolResult.content[].json',
    result({ content: [{ json: { a: 'some result' } }] }),
    result({}),
  ],
  ['messages[](user).content[].toolResult.content[].image', result({ content: [image] }), result({})],
  ['messages[](user).content[].toolResult.content[].document', result({ content: [document(pdf)] }), result({})],
  [
    'messages[](user).content[].toolResult.content[].video',
    result({ content: [{ video: { format: 'mp4', source: { bytes: 'AAAA' } } }] }),
    result({}),
  ],
  ['messages[](user).content[].toolResult.content[].searchResult', result({ content: [searchResult] }), result({})],
  ['messages[](user).content[].toolResult.status=error', result({ status: 'error' }), result({})],
  ['messages[](user).content[].toolResult.status=success', result({ status: 'success' }), result({})],
  ['messages[](user).content[].toolResult.type', result({ type: 'some type' }), result({})],
  ['inferenceConfig.maxTokens', inference({ maxTokens: 77 })],
  ['inferenceConfig.temperature', inference({ temperature: 0.4 })],
  ['inferenceConfig.topP', inference({ topP: 0.4 })],
  ['inferenceConfig.stopSequences', inference({ stopSequences: ['some end'] })],
  ['toolConfig.tools[].toolSpec', toolSpec({ name: 'some_tool' })],
  ['toolConfig.tools[].toolSpec.description', toolSpec({ description: 'some words' }), toolSpec({})],
  [
    'toolConfig.tools[].toolSpec.strict=true',
    toolSpec({ strict: true, inputSchema: { json: { ...schema, additionalProperties: false } } }),
    toolSpec({ inputSchema: { json: { ...schema, additionalProperties: false } } }),
  ],
  ['toolConfig.tools[].systemTool', tools({ systemTool: { name: 'some tool' } })],
  ['toolConfig.tools[].cachePoint', tools({ toolSpec: spec }, { cachePoint: { type: 'default' } }), toolSpec({})],
  ['toolConfig.toolChoice.auto', choice({ auto: {} }), toolSpec({})],
  ['toolConfig.toolChoice.any', choice({ any: {} }), toolSpec({})],
  ['toolConfig.toolChoice.tool', choice({ tool: { name: 'f' } }), toolSpec({})],
  ['guardrailConfig', { guardrailConfig: guardrail }],
  ['guardrailConfig.trace', { guardrailConfig: { ...guardrail, trace: 'enabled' } }],
  ['guardrailConfig.streamProcessingMode', { guardrailConfig: { ...guardrail, streamProcessingMode: 'async' } }],
  ['additionalModelRequestFields.top_k', own({ top_k: 5 })],
  ['additionalModelRequestFields.inferenceConfig.topK', own({ inferenceConfig: { topK: 5 } })],
  [
    'additionalModelRequestFields.thinking(enabled)',
    { ...own({ thinking: { type: 'enabled', budget_tokens: 2000 } }), ...inference({ maxTokens: 4000 }) },
    inference({ maxTokens: 4000 }),
  ],
  [
    'additionalModelRequestFields.reasoning_config(enabled)',
    { ...own({ reasoning_config: { type: 'enabled', budget_tokens: 2000 } }), ...inference({ maxTokens: 4000 }) },
    inference({ maxTokens: 4000 }),
  ],
  [
    'additionalModelRequestFields.reasoningConfig',
    own({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } }),
  ],
  ['additionalModelRequestFields.reasoning_effort', own({ reasoning_effort: 'low' })],
  ['additionalModelRequestFields.anthropic_beta', own({ anthropic_beta: ['some beta'] })],
  ['additionalModelResponseFieldPaths', { additionalModelResponseFieldPaths: ['/some'] }],
  ['promptVariables', { promptVariables: { a: { text: 'some words' } } }],
  ['requestMetadata', { requestMetadata: { team: 'some team' } }],
  ['performanceConfig', { performanceConfig: { latency: 'optimized' } }],
  ['serviceTier=priority', { serviceTier: { type: 'priority' } }],
  ['serviceTier=default', { serviceTier: { type: 'default' } }],
  ['serviceTier=flex', { serviceTier: { type: 'flex' } }],
  ['outputConfig.textFormat', jsonSchema({})],
  ['outputConfig.textFormat.structure.jsonSchema.name', jsonSchema({ name: 'some_name' }), jsonSchema({})],
  [
    'outputConfig.textFormat.structure.jsonSchema.description',
    jsonSchema({ description: 'some words' }),
    jsonSchema({}),
  ],
  ['outputConfig.effort', { outputConfig: { effort: 'low' } }],
])

const usage = { inputTokens: 9, outputTokens: 3, totalTokens: 12 }
const answer = (...content: readonly Json[]): Json => ({
  output: { message: { role: 'assistant', content: [{ text: 'x' }, ...content] } },
})
const whole = { ...answer(), stopReason: 'end_turn', usage, metrics: { latencyMs: 7 } }

/** Every field of an answer. */
export const converseAnswerFields: readonly Field[] = fieldsOf(whole, [
  ['output.message.content[].text', answer({ text: 'some words' })],
  [
    'output.message.content[].reasoningContent.reasoningText.text',
    answer({ reasoningContent: { reasoningText: { text: 'some thought' } } }),
  ],
  [
    'output.message.content[].reasoningContent.reasoningText.signature',
    answer({ reasoningContent: { reasoningText: { text: 't', signature: 'EqoBsome' } } }),
    answer({ reasoningContent: { reasoningText: { text: 't' } } }),
  ],
  [
    'output.message.content[].reasoningContent.redactedContent',
    answer({ reasoningContent: { redactedContent: btoa('EqoBsome') } }),
  ],
  ['output.message.content[].toolUse', { ...answer(use({})), stopReason: 'tool_use' }],
  ['output.message.content[].toolUse(server_tool_use)', answer(use({ type: 'server_tool_use', name: 'some_tool' }))],
  [
    'output.message.content[].toolResult',
    answer({ toolResult: { toolUseId: 't', content: [{ text: 'some result' }] } }),
  ],
  [
    'output.message.content[].citationsContent',
    answer({ citationsContent: { content: [{ text: 'some words' }], citations: [citation] } }),
  ],
  ['output.message.content[].image', answer(image)],
  ...(
    [
      'stop_sequence',
      'max_tokens',
      'model_context_window_exceeded',
      'content_filtered',
      'guardrail_intervened',
      'malformed_model_output',
      'malformed_tool_use',
    ] as const
  ).map(stopReason => [`stopReason=${stopReason}`, { stopReason }] as const),
  ['usage.cacheReadInputTokens', { usage: { ...usage, cacheReadInputTokens: 4, totalTokens: 16 } }],
  ['usage.cacheWriteInputTokens', { usage: { ...usage, cacheWriteInputTokens: 4, totalTokens: 16 } }],
  ['usage.cacheDetails', { usage: { ...usage, cacheDetails: [{ ttl: '5m', inputTokens: 4 }] } }],
  ['usage.serverToolUsage', { usage: { ...usage, serverToolUsage: { some: 1 } } }],
  ['metrics.latencyMs', { metrics: { latencyMs: 7 } }, { metrics: undefined }],
  ['additionalModelResponseFields', { additionalModelResponseFields: { a: 'some' } }],
  [
    'additionalModelResponseFields.stop_sequence',
    { additionalModelResponseFields: { stop_sequence: 'some end' }, stopReason: 'stop_sequence' },
  ],
  ['trace.guardrail', { trace: { guardrail: { actionReason: 'some reason' } } }],
  ['trace.promptRouter', { trace: { promptRouter: { invokedModelId: 'some model' } } }],
  ['performanceConfig', { performanceConfig: { latency: 'optimized' } }],
  ['serviceTier', { serviceTier: { type: 'priority' } }],
])
