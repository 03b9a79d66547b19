/** Google's official client. */
import { ApiError, GoogleGenAI } from '@google/genai'
import type { Content, GenerateContentParameters, GenerateContentResponse, Part } from '@google/genai'
import { about, answered, person, pixel, weather } from './client.ts'
import type { Client, Door, Question, Said } from './client.ts'

const bodyOf = ({
  model,
  say,
  image,
  tools,
  person: isPerson,
  before,
  signal,
}: Question): GenerateContentParameters => {
  const shown: readonly Part[] = image ? [{ inlineData: { mimeType: 'image/png', data: pixel } }] : []
  const results = (before === undefined ? [] : answered(before)).map(([{ id, name }, output]) => ({
    functionResponse: { ...(id !== '' && { id }), name, response: { output } },
  }))
  const turns: readonly Content[] =
    before === undefined
      ? []
      : [
          { role: 'model', parts: before.said.native as Part[] },
          { role: 'user', parts: results },
        ]
  return {
    model,
    contents: [{ role: 'user', parts: [...shown, { text: say }] }, ...turns],
    config: {
      ...(signal !== undefined && { abortSignal: signal }),
      ...(tools && {
        tools: [{ functionDeclarations: [{ name: 'weather', description: about, parametersJsonSchema: weather }] }],
      }),
      ...(isPerson && { responseMimeType: 'application/json', responseJsonSchema: person }),
    },
  }
}
/** Parts of one answer, however many responses told it. */
const saidIn = (responses: readonly GenerateContentResponse[]): Said => {
  const parts = responses.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
  const usage = responses.findLast(one => one.usageMetadata !== undefined)?.usageMetadata
  return {
    text: parts.map(part => (part.thought === true ? '' : (part.text ?? ''))).join(''),
    calls: parts.flatMap(({ functionCall: call }) =>
      call === undefined ? [] : [{ id: call.id ?? '', name: call.name ?? '', input: call.args ?? {} }],
    ),
    finish:
      responses.findLast(one => one.candidates?.[0]?.finishReason !== undefined)?.candidates?.[0]?.finishReason ?? '',
    input: usage?.promptTokenCount ?? 0,
    output: usage?.candidatesTokenCount ?? 0,
    native: parts,
  }
}

/** generateContent. */
export const googleClient = ({ url, key }: Door): Client => {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } })
  return {
    ask: async question => saidIn([await client.models.generateContent(bodyOf(question))]),
    stream: async question => {
      const responses: GenerateContentResponse[] = []
      for await (const one of await client.models.generateContentStream(bodyOf(question))) {
        responses.push(one)
        if (one.text !== undefined) question.hear?.()
      }
      return saidIn(responses)
    },
    statusOf: error => (error instanceof ApiError ? error.status : undefined),
  }
}
