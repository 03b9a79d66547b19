/** Google's official client asks the world for vectors and pictures. */
import { GoogleGenAI } from '@google/genai'
import { afterAll, expect, it } from 'vitest'
import { serveWorld } from '../serve-world.ts'

const world = await serveWorld({ pace: 'instant', key: 'AIza-right' })
afterAll(() => world.close())
const client = new GoogleGenAI({ apiKey: 'AIza-right', httpOptions: { baseUrl: world.base('gemini') } })
const model = 'gemini-embedding-001'

it('gets vectors, as many as texts and of the size that it wants', async () => {
  const { embeddings = [] } = await client.models.embedContent({
    model,
    contents: ['a cat', 'a dog', 'a cat'],
    config: { outputDimensionality: 128, taskType: 'RETRIEVAL_QUERY' },
  })
  expect(embeddings.map(({ values }) => values?.length)).toEqual([128, 128, 128])
  expect(embeddings[2]).toEqual(embeddings[0])
  expect(embeddings[1]).not.toEqual(embeddings[0])
  expect(world.seen()[0]).toMatchObject({ operation: 'embeddings', model, provider: 'gemini' })
})

it('gets one vector where one text is sent, and is told of a size that there is not', async () => {
  const ask = (more: object): Promise<Response> =>
    fetch(`${world.base('gemini')}/v1beta/models/${model}:embedContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': 'AIza-right' },
      body: JSON.stringify({ content: { parts: [{ text: 'a cat' }] }, ...more }),
    })
  expect(await (await ask({ output_dimensionality: 2 })).json()).toEqual({
    embedding: { values: [expect.any(Number), expect.any(Number)] },
  })
  expect(await (await ask({ outputDimensionality: 4000 })).json()).toMatchObject({
    error: { status: 'INVALID_ARGUMENT' },
  })
})

const kindOf = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString('latin1', 1, 4)

it('gets a picture with the words of a model that draws, whole and streamed, and is billed for it', async () => {
  const asked = { model: 'gemini-2.5-flash-image', contents: 'a cat' }
  const { candidates, usageMetadata } = await client.models.generateContent(asked)
  const parts = candidates?.[0]?.content?.parts ?? []
  expect(parts.map(({ text, inlineData }) => (text === undefined ? kindOf(inlineData?.data) : 'text'))).toEqual([
    'text',
    'PNG',
  ])
  expect(usageMetadata).toMatchObject({ candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }] })
  const pictures: unknown[] = []
  for await (const chunk of await client.models.generateContentStream(asked))
    pictures.push(...(chunk.candidates?.[0]?.content?.parts ?? []).flatMap(({ inlineData }) => inlineData ?? []))
  expect(pictures).toEqual([parts[1]?.inlineData])
})

it('predicts pictures', async () => {
  const answer = await fetch(`${world.base('gemini')}/v1beta/models/imagen-4.0-generate-001:predict`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'AIza-right' },
    body: JSON.stringify({ instances: [{ prompt: 'a cat' }], parameters: { sampleCount: 2 } }),
  })
  const { predictions } = (await answer.json()) as { predictions: { bytesBase64Encoded: string }[] }
  const [one, other] = predictions.map(({ bytesBase64Encoded: picture }) => picture)
  expect([kindOf(one), one === other]).toEqual(['PNG', false])
})
