/** Gemini keeps the laws of every dialect, in crafted samples and in what was recorded. */
import { expect, it } from 'vitest'
import { dialectContract } from '../../../test/contract/dialect.contract.ts'
import { recordedRequests, streamedAnswers, wholeAnswers } from '../../../test/gemini-recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { Instant } from '../../domain/units.ts'
import { gemini } from './index.ts'

type Json = Readonly<Record<string, unknown>>

const address = { model: 'gemini-3-pro-preview', stream: true, query: 'alt=sse' }
const body: Json = {
  systemInstruction: { parts: [{ text: 'be brief' }], role: 'user' },
  contents: [
    {
      role: 'user',
      parts: [
        { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
        { fileData: { mimeType: 'video/mp4', fileUri: 'gs://a/b.mp4' }, videoMetadata: { fps: 1 } },
        { text: 'what is it' },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'hm', thought: true, thoughtSignature: 'CiQBAAECAwQ=' },
        { executableCode: { language: 'PYTHON', code: 'print(1)' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
        { functionCall: { name: 'look', args: { at: 'é' } }, thoughtSignature: 'AY89a18AAAA=' },
        { functionCall: { id: 'fc-2', name: 'hear', args: { at: 2 } } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { name: 'look', response: { output: 'ok' } } },
        {
          functionResponse: {
            id: 'fc-2',
            name: 'hear',
            response: { error: 'no' },
            parts: [{ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } }],
          },
        },
        { text: 'go on' },
      ],
    },
  ],
  tools: [
    {
      functionDeclarations: [
        { name: 'look', description: 'looks', parameters: { type: 'OBJECT', properties: { at: { type: 'STRING' } } } },
        { name: 'hear', parametersJsonSchema: { type: 'object', properties: { at: { type: ['integer', 'null'] } } } },
      ],
    },
    { googleSearch: {} },
    { urlContext: {} },
  ],
  toolConfig: {
    functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look', 'hear'] },
    retrievalConfig: { languageCode: 'en' },
  },
  generationConfig: {
    temperature: 1.5,
    topP: 0.9,
    topK: 40,
    candidateCount: 2,
    maxOutputTokens: 999,
    stopSequences: ['END'],
    seed: 7,
    presencePenalty: 0.5,
    frequencyPenalty: -0.5,
    responseLogprobs: true,
    logprobs: 3,
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } }, propertyOrdering: ['a'] },
    responseModalities: ['TEXT', 'IMAGE'],
    thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true },
    mediaResolution: 'MEDIA_RESOLUTION_LOW',
  },
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  cachedContent: 'cachedContents/1',
  labels: { team: 'a' },
  serviceTier: 'flex',
}
const snake: Json = {
  system_instruction: { parts: [{ text: 'be brief' }] },
  contents: [{ role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'iVBORw0KGgo=' } }] }],
  generation_config: { max_output_tokens: 9, stop_sequences: ['x'], thinking_config: { thinking_budget: 128 } },
  tool_config: { function_calling_config: { mode: 'AUTO' } },
  tools: [{ function_declarations: [{ name: 'look', parameters_json_schema: { type: 'object' } }] }],
  safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
}

const usage = (candidates: number): Json => ({
  promptTokenCount: 9,
  candidatesTokenCount: candidates,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 4,
  totalTokenCount: 14 + candidates,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 9 }],
})
const head = { modelVersion: 'gemini-3-pro-preview', responseId: 'r-1' }
const sse = (...responses: readonly Json[]): string =>
  responses.map(response => `data: ${JSON.stringify(response)}\r\n\r\n`).join('')
const piece = (parts: readonly Json[], more: Json = {}, candidates = 1): Json => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
  usageMetadata: usage(candidates),
  ...head,
})
const stream = {
  name: 'a thought, text and two calls',
  text: sse(
    piece([{ text: 'h', thought: true }]),
    piece([{ text: 'm', thought: true }]),
    piece([{ text: 'naïve ' }]),
    piece([{ text: '🙂' }], {}, 2),
    piece([{ text: '', thoughtSignature: 'CiQBAAECAwQ=' }], {}, 2),
    piece([{ functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'AY89a18AAAA=' }], {}, 4),
    piece([{ functionCall: { name: 'hear', willContinue: true } }], {}, 5),
    piece([
      {
        functionCall: { partialArgs: [{ jsonPath: '$.at', stringValue: 'b', willContinue: true }], willContinue: true },
      },
    ]),
    piece([{ functionCall: { partialArgs: [{ jsonPath: '$.at', stringValue: 'c' }], willContinue: true } }], {}, 6),
    piece([{ functionCall: {} }], {}, 7),
    piece([{ text: '' }], { finishReason: 'STOP', safetyRatings: [] }, 8),
  ),
  whole: {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'hm', thought: true },
            { text: 'naïve 🙂', thoughtSignature: 'CiQBAAECAwQ=' },
            { functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'AY89a18AAAA=' },
            { functionCall: { name: 'hear', args: { at: 'bc' } } },
          ],
        },
        finishReason: 'STOP',
        safetyRatings: [],
        index: 0,
      },
    ],
    usageMetadata: usage(8),
    ...head,
  },
}
const blocked = {
  name: 'a prompt that was not let through',
  text: sse({
    promptFeedback: { blockReason: 'SAFETY' },
    usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
    ...head,
  }),
}

const isShort = ({ text }: { readonly text: string }): boolean => text.length < 12_000
const isObject = ({ text }: { readonly text: string }): boolean => text.trimStart().startsWith('{')
const bodies = recordedRequests
  .filter(one => JSON.stringify(one.body).length < 20_000 && !JSON.stringify(one.body).includes('invalid_role'))
  .map(({ name, model, stream: isStream, body: sent }) => ({ name, body: sent, address: { model, stream: isStream } }))
const streams = streamedAnswers.filter(isShort)
const answers = wholeAnswers
  .filter(one => isShort(one) && isObject(one))
  .map(({ name, text }) => ({ name, body: JSON.parse(text) as Json }))

dialectContract('gemini', {
  dialect: gemini,
  bodies: [
    { name: 'crafted', body, address },
    { name: 'in snake case', body: snake, address },
    ...bodies.slice(0, 150),
  ],
  streams: [stream, blocked, ...streams.slice(0, 40)],
  answers: [{ name: 'crafted', body: stream.whole }, ...answers.slice(0, 80)],
  except: [
    {
      law: 'what is written anew names the model that was asked for where the upstream named none',
      because: 'it is called modelVersion here, and is tried beside',
    },
  ],
})

it('what is written anew names the model that was asked for where the upstream named none', () => {
  const context = { id: 'req-1', model: 'asked-for', now: 0 as Instant, streamUsage: true }
  const { value } = gemini.encodeAnswer([{ type: 'response-start', model: '' }, { type: 'response-end' }], context)
  expect(value).toMatchObject({ modelVersion: 'asked-for', responseId: 'req-1' })
})

it.skipIf(!hasShared)('gemini is tried on enough of the recorded world', () => {
  expect(streams.length).toBeGreaterThan(20)
  expect(answers.length).toBeGreaterThan(80)
  expect(bodies.length).toBeGreaterThan(150)
})
