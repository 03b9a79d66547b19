/** Every documented field of a request to Gemini, in a conversation where it makes sense. */
import type { Field } from '../schema-fields.ts'
import { isRecord } from './every-field.ts'
import type { Json } from './every-field.ts'

const png = 'iVBORw0KGgo='
const hi = { role: 'user', parts: [{ text: 'hi' }] }
const plain: Json = { contents: [hi] }

/** A field of the body, beside a plain conversation. */
const ofBody = (path: string, value: unknown): Field => {
  const [name = ''] = path.split('.')
  return { path: `.${path}`, value: { ...plain, [name]: value }, without: { value: plain } }
}
/** A field of `generationConfig`. */
const ofConfig = (name: string, value: unknown, needs: Json = {}): Field => ({
  path: `.generationConfig.${name}`,
  value: { ...plain, generationConfig: { ...needs, [name]: value } },
  without: { value: { ...plain, generationConfig: needs } },
})
/** A part of what the user says. */
const ofUser = (path: string, part: Json, without: Json = { text: 'some words' }): Field => ({
  path: `.contents[](user).parts[].${path}`,
  value: { contents: [{ role: 'user', parts: [{ text: 'hi' }, part] }] },
  without: { value: { contents: [{ role: 'user', parts: [{ text: 'hi' }, without] }] } },
})
const asked = { functionCall: { name: 'f', args: { a: 1 } } }
const result = (response: Json): Json => ({
  functionResponse: { name: 'f', response: { output: 'done' }, ...response },
})
const answered = { role: 'user', parts: [result({})] }
/** A part of what the model said; calls are answered. */
const ofModel = (path: string, part: Json, without: Json = { text: 'some other words' }): Field => {
  const turns = (one: Json): Json => ({
    contents: [hi, { role: 'model', parts: [one] }, 'functionCall' in one ? answered : hi],
  })
  return { path: `.contents[](model).parts[].${path}`, value: turns(part), without: { value: turns(without) } }
}
/** A result of a function, behind its call. */
const ofResult = (path: string, response: Json, beside: Json = {}): Field => {
  const turns = (part: Json): Json => ({
    contents: [hi, { role: 'model', parts: [asked] }, { role: 'user', parts: [part] }],
  })
  const value = turns({ ...result(response), ...beside })
  return { path: `.contents[](user).parts[].${path}`, value, without: { value: turns(result({})) } }
}
const schema = { type: 'OBJECT', properties: { city: { type: 'STRING' } }, required: ['city'] }
const jsonSchema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
/** A member of a function's declaration. */
const ofFunction = (name: string, value: unknown): Field => {
  const tools = (declaration: Json): Json => ({ ...plain, tools: [{ functionDeclarations: [declaration] }] })
  return {
    path: `.tools[].functionDeclarations[].${name}`,
    value: tools({ name: 'f', [name]: value }),
    without: { value: name === 'name' ? plain : tools({ name: 'f' }) },
  }
}
const two = { tools: [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }] }] }
const ofCalling = (path: string, calling: Json): Field => ({
  path: `.toolConfig.functionCallingConfig.${path}`,
  value: { ...plain, ...two, toolConfig: { functionCallingConfig: calling } },
  without: { value: { ...plain, ...two } },
})
const json = { responseMimeType: 'application/json' }

/** Every field, as Google documents them. */
export const geminiFields: readonly Field[] = [
  ofBody('systemInstruction', { parts: [{ text: 'some rule' }] }),
  { ...ofBody('systemInstruction', { parts: [{ text: 'some rule' }], role: 'user' }), path: '.systemInstruction.role' },
  ofBody('cachedContent', 'some cache'),
  ofBody('safetySettings', [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }]),
  ofBody('labels', { team: 'some team' }),
  ofBody('serviceTier', 'flex'),
  ofBody('modelArmorConfig', { promptTemplateName: 'some template' }),
  ofBody('novelField', 'some novelty'),
  ofUser('text', { text: 'some question' }),
  ofUser('inlineData(image)', { inlineData: { mimeType: 'image/png', data: png } }),
  ofUser('inlineData(audio)', { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } }),
  ofUser('inlineData(video)', { inlineData: { mimeType: 'video/mp4', data: 'AAAA' } }),
  ofUser('inlineData(pdf)', { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } }),
  ofUser(
    'inlineData.displayName',
    { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=', displayName: 'some file' } },
    { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
  ),
  ofUser('fileData(url)', { fileData: { mimeType: 'image/png', fileUri: 'https://a.test/i.png' } }),
  ofUser('fileData(bucket)', { fileData: { mimeType: 'image/png', fileUri: 'gs://a/i.png' } }),
  ofUser('fileData(uploaded)', {
    fileData: {
      mimeType: 'application/pdf',
      fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc',
    },
  }),
  ofUser(
    'videoMetadata',
    { fileData: { mimeType: 'video/mp4', fileUri: 'https://a.test/v.mp4' }, videoMetadata: { fps: 5 } },
    { fileData: { mimeType: 'video/mp4', fileUri: 'https://a.test/v.mp4' } },
  ),
  ofUser(
    'mediaResolution',
    { inlineData: { mimeType: 'image/png', data: png }, mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' } },
    { inlineData: { mimeType: 'image/png', data: png } },
  ),
  ofUser('partMetadata', { text: 'hi', partMetadata: { a: 'some mark' } }, { text: 'hi' }),
  ofModel('text', { text: 'some answer' }),
  ofModel('thought', { text: 'some thought', thought: true }),
  ofModel('thoughtSignature(text)', { text: 'hi', thoughtSignature: 'CiQBAAEC' }, { text: 'hi' }),
  ofModel(
    'thoughtSignature(thought)',
    { text: 'hm', thought: true, thoughtSignature: 'CiQBAAEC' },
    { text: 'hm', thought: true },
  ),
  ofModel('thoughtSignature(functionCall)', { ...asked, thoughtSignature: 'AY89a18A' }, asked),
  ofModel('functionCall.name', { functionCall: { name: 'f' } }),
  ofModel('functionCall.args', asked, { functionCall: { name: 'f' } }),
  ofModel('functionCall.id', { functionCall: { ...asked.functionCall, id: 'fc-1' } }, asked),
  ofModel('functionCall.partialArgs', {
    functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'some leaf' }] },
  }),
  ofModel('executableCode', { executableCode: { language: 'PYTHON', code: 'some code' } }),
  ofModel('codeExecutionResult', { codeExecutionResult: { outcome: 'OUTCOME_OK', output: 'some output' } }),
  ofModel('inlineData', { inlineData: { mimeType: 'image/png', data: png } }),
  ofModel('toolCall', { toolCall: { id: '1', toolType: 'FILE_SEARCH', args: { a: 'some search' } } }),
  ofModel('toolResponse', { toolResponse: { id: '1', toolType: 'FILE_SEARCH', response: { a: 'some find' } } }),
  ofResult('functionResponse.response.output', { response: { output: 'some result' } }),
  ofResult('functionResponse.response.error', { response: { error: 'some fault' } }),
  ofResult('functionResponse.response(object)', { response: { temperature: 'some degrees' } }),
  ofResult('functionResponse.parts', { parts: [{ inlineData: { mimeType: 'image/png', data: png } }] }),
  ofResult('functionResponse.scheduling', { scheduling: 'SILENT' }),
  ofResult('functionResponse.willContinue', { willContinue: true }),
  ofFunction('name', 'f'),
  ofFunction('description', 'some use'),
  ofFunction('parameters', schema),
  ofFunction('parametersJsonSchema', jsonSchema),
  ofFunction('response', schema),
  ofFunction('responseJsonSchema', jsonSchema),
  ofFunction('behavior', 'NON_BLOCKING'),
  ...['googleSearch', 'codeExecution', 'urlContext', 'googleMaps', 'computerUse', 'fileSearch', 'retrieval'].map(
    (name): Field => ({
      path: `.tools[].${name}`,
      value: { ...plain, tools: [{ [name]: {} }] },
      without: { value: plain },
    }),
  ),
  ofCalling('mode=AUTO', { mode: 'AUTO' }),
  ofCalling('mode=ANY', { mode: 'ANY' }),
  ofCalling('mode=NONE', { mode: 'NONE' }),
  ofCalling('mode=VALIDATED', { mode: 'VALIDATED' }),
  ofCalling('allowedFunctionNames(one)', { mode: 'ANY', allowedFunctionNames: ['f'] }),
  ofCalling('allowedFunctionNames(several)', { mode: 'ANY', allowedFunctionNames: ['f', 'g'] }),
  ofCalling('allowedFunctionNames(free)', { mode: 'VALIDATED', allowedFunctionNames: ['f'] }),
  ofCalling('streamFunctionCallArguments', { streamFunctionCallArguments: true }),
  ofBody('toolConfig.retrievalConfig', { retrievalConfig: { languageCode: 'some language' } }),
  ofBody('toolConfig.includeServerSideToolInvocations', { includeServerSideToolInvocations: true }),
  ofConfig('temperature', 0.5),
  ofConfig('topP', 0.5),
  ofConfig('topK', 5),
  ofConfig('candidateCount', 2),
  ofConfig('maxOutputTokens', 77),
  ofConfig('stopSequences', ['some end']),
  ofConfig('seed', 7),
  ofConfig('presencePenalty', 0.5),
  ofConfig('frequencyPenalty', 0.5),
  ofConfig('responseLogprobs', true),
  ofConfig('logprobs', 3, { responseLogprobs: true }),
  ofConfig('responseMimeType', 'application/json'),
  { ...ofConfig('responseMimeType', 'text/plain'), path: '.generationConfig.responseMimeType=text/plain' },
  { ...ofConfig('responseMimeType', 'text/x.enum'), path: '.generationConfig.responseMimeType=text/x.enum' },
  ofConfig('responseSchema', schema, json),
  ofConfig('responseJsonSchema', jsonSchema, json),
  { ...ofConfig('responseModalities', ['TEXT']), path: '.generationConfig.responseModalities=TEXT' },
  ofConfig('responseModalities', ['TEXT', 'IMAGE']),
  ...['speechConfig', 'imageConfig', 'routingConfig', 'modelSelectionConfig'].map(name =>
    ofConfig(name, { a: 'some wish' }),
  ),
  ofConfig('mediaResolution', 'MEDIA_RESOLUTION_LOW'),
  ofConfig('audioTimestamp', true),
  ofConfig('enableEnhancedCivicAnswers', true),
  ...[
    ['thinkingBudget', { thinkingBudget: 2048 }],
    ['thinkingBudget=0', { thinkingBudget: 0 }],
    ['thinkingBudget=-1', { thinkingBudget: -1 }],
    ['thinkingLevel', { thinkingLevel: 'LOW' }],
    ['includeThoughts', { includeThoughts: true }],
  ].map(([path, config]): Field => ({
    ...ofConfig('thinkingConfig', config),
    path: `.generationConfig.thinkingConfig.${String(path)}`,
  })),
].filter(({ value }) => isRecord(value))

const usual = { promptTokenCount: 9, candidatesTokenCount: 7, totalTokenCount: 16 }
const answerOf = (candidate: Json, more: Json = {}): Json => ({
  candidates: [{ content: { parts: [{ text: 'so' }], role: 'model' }, finishReason: 'STOP', index: 0, ...candidate }],
  usageMetadata: usual,
  modelVersion: 'gemini-3-pro-preview',
  responseId: 'r-1',
  ...more,
})
const ofCandidate = (name: string, value: unknown): Field => ({
  path: `.candidates[].${name}`,
  value: answerOf({ [name]: value }),
  without: { value: answerOf({}) },
})
const ofPart = (path: string, part: Json, without: Json = { text: 'so' }): Field => {
  const said = (one: Json): Json => answerOf({ content: { parts: [one], role: 'model' } })
  return { path: `.candidates[].content.parts[].${path}`, value: said(part), without: { value: said(without) } }
}
const ofUsage = (path: string, value: unknown, more: Json = {}): Field => ({
  path: `.usageMetadata.${path}`,
  value: answerOf({}, { usageMetadata: { ...usual, ...(value !== undefined && { [path]: value }), ...more } }),
  without: { value: answerOf({}) },
})
const ofAnswer = (name: string, value: unknown): Field => ({
  path: `.${name}`,
  value: answerOf({}, { [name]: value }),
  without: { value: answerOf({}) },
})
const counts = (modality: string, tokenCount: number): readonly Json[] => [{ modality, tokenCount }]
const ends =
  'MAX_TOKENS SAFETY RECITATION LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII MALFORMED_FUNCTION_CALL IMAGE_SAFETY NO_IMAGE'

/** Every field of an answer, as Google documents them. */
export const geminiAnswerFields: readonly Field[] = [
  ofAnswer('modelVersion', 'some model'),
  ofAnswer('responseId', 'r-2'),
  ofAnswer('createTime', '2026-05-27T16:53:45.000Z'),
  ofAnswer('modelStatus', { modelStage: 'some stage' }),
  ofAnswer('promptFeedback', { safetyRatings: [{ category: 'some category', probability: 'LOW' }] }),
  {
    path: '.promptFeedback.blockReason',
    value: {
      promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'some reason' },
      usageMetadata: usual,
      modelVersion: 'm',
      responseId: 'r-1',
    },
  },
  ofPart('text', { text: 'some words' }),
  ofPart('thought', { text: 'some thought', thought: true }),
  ofPart('thoughtSignature(text)', { text: 'so', thoughtSignature: 'CiQBAAEC' }),
  ofPart(
    'thoughtSignature(thought)',
    { text: 'so', thought: true, thoughtSignature: 'CiQBAAEC' },
    { text: 'so', thought: true },
  ),
  ofPart('functionCall', { functionCall: { name: 'f', args: { a: 'some words' } } }),
  ofPart('functionCall.id', { functionCall: { id: 'fc-1', name: 'f' } }, { functionCall: { name: 'f' } }),
  ofPart(
    'thoughtSignature(functionCall)',
    { functionCall: { name: 'f' }, thoughtSignature: 'AY89a18A' },
    { functionCall: { name: 'f' } },
  ),
  ofPart('inlineData', { inlineData: { mimeType: 'image/png', data: png } }),
  ofPart('executableCode', { executableCode: { language: 'PYTHON', code: 'some code' } }),
  ofPart('codeExecutionResult', { codeExecutionResult: { outcome: 'OUTCOME_OK', output: 'some output' } }),
  ofPart('toolCall', { toolCall: { id: '1', toolType: 'FILE_SEARCH' } }),
  ofCandidate('finishMessage', 'some message'),
  ofCandidate('safetyRatings', [{ category: 'some category', probability: 'LOW' }]),
  ofCandidate('citationMetadata', { citations: [{ uri: 'some uri' }] }),
  ofCandidate('tokenCount', 3),
  ofCandidate('avgLogprobs', -0.5),
  ofCandidate('logprobsResult', {
    chosenCandidates: [{ token: 'so', logProbability: -0.5, tokenId: 1 }],
    topCandidates: [{ candidates: [{ token: 'so', logProbability: -0.5, tokenId: 1 }] }],
  }),
  ofCandidate('groundingMetadata', { webSearchQueries: ['some query'], searchEntryPoint: { renderedContent: 'x' } }),
  ofCandidate('urlContextMetadata', { urlMetadata: [{ retrievedUrl: 'some url' }] }),
  ...ends
    .split(' ')
    .map((word): Field => ({ ...ofCandidate('finishReason', word), path: `.candidates[].finishReason=${word}` })),
  ofUsage('promptTokenCount', 100, { totalTokenCount: 107 }),
  ofUsage('candidatesTokenCount', 100, { totalTokenCount: 109 }),
  ofUsage('thoughtsTokenCount', 5, { totalTokenCount: 21 }),
  ofUsage('cachedContentTokenCount', 4),
  ofUsage('toolUsePromptTokenCount', 3, { totalTokenCount: 19 }),
  ofUsage('totalTokenCount', 99),
  ofUsage('promptTokensDetails(text)', undefined, { promptTokensDetails: counts('TEXT', 9) }),
  ofUsage('promptTokensDetails(video)', undefined, { promptTokensDetails: counts('VIDEO', 9) }),
  ofUsage('promptTokensDetails(audio)', undefined, { promptTokensDetails: counts('AUDIO', 9) }),
  ofUsage('candidatesTokensDetails(image)', undefined, { candidatesTokensDetails: counts('IMAGE', 7) }),
  ofUsage('serviceTier', 'priority'),
  ofUsage('trafficType', 'some traffic'),
]
