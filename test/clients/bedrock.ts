/** AWS's official client for Bedrock, which comes over HTTP/2. */
import {
  BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import type {
  ContentBlock,
  ConverseCommandInput,
  ConverseStreamOutput,
  Message,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime'
import { about, answered, parsed, person, pixel, weather } from './client.ts'
import type { Client, Door, Question, Said } from './client.ts'

const bodyOf = ({ model, say, image, tools, person: isPerson, before }: Question): ConverseCommandInput => {
  const shown: ContentBlock[] = image
    ? [{ image: { format: 'png', source: { bytes: Buffer.from(pixel, 'base64') } } }]
    : []
  const results = (before === undefined ? [] : answered(before)).map(([{ id }, text]) => ({
    toolResult: { toolUseId: id, content: [{ text }] },
  }))
  const turns: Message[] =
    before === undefined
      ? []
      : [
          { role: 'assistant', content: before.said.native as ContentBlock[] },
          { role: 'user', content: results },
        ]
  return {
    modelId: model,
    messages: [{ role: 'user', content: [{ text: say }, ...shown] }, ...turns],
    inferenceConfig: { maxTokens: 1000 },
    ...(tools && {
      toolConfig: { tools: [{ toolSpec: { name: 'weather', description: about, inputSchema: { json: weather } } }] },
    }),
    ...(isPerson && {
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 'person', schema: JSON.stringify(person) } },
        },
      },
    }),
  }
}
const saidIn = (content: readonly ContentBlock[], finish: string | undefined, usage: TokenUsage | undefined): Said => ({
  text: content.map(({ text }) => text ?? '').join(''),
  calls: content.flatMap(({ toolUse: use }) =>
    use === undefined ? [] : [{ id: use.toolUseId ?? '', name: use.name ?? '', input: use.input }],
  ),
  finish: finish ?? '',
  input: usage?.inputTokens ?? 0,
  output: usage?.outputTokens ?? 0,
  native: content,
})

/** Blocks as the events tell them, by their indexes. */
const gather = async (events: AsyncIterable<ConverseStreamOutput>, hear?: () => void): Promise<Said> => {
  const blocks: { text: string; use?: { toolUseId: string; name: string }; input: string }[] = []
  let finish: string | undefined
  let usage: TokenUsage | undefined
  for await (const { contentBlockStart: start, contentBlockDelta: delta, messageStop: stop, metadata } of events) {
    const index = start?.contentBlockIndex ?? delta?.contentBlockIndex
    const block = index === undefined ? undefined : (blocks[index] ??= { text: '', input: '' })
    const use = start?.start?.toolUse
    if (block !== undefined && use !== undefined) block.use = { toolUseId: use.toolUseId ?? '', name: use.name ?? '' }
    if (block !== undefined) {
      block.text += delta?.delta?.text ?? ''
      block.input += delta?.delta?.toolUse?.input ?? ''
    }
    if (delta?.delta?.text !== undefined) hear?.()
    finish = stop?.stopReason ?? finish
    usage = metadata?.usage ?? usage
  }
  const content = blocks.map(({ text, use, input }): ContentBlock => {
    if (use === undefined) return { text }
    return { toolUse: { ...use, input: parsed(input) as NonNullable<ContentBlock['toolUse']>['input'] } }
  })
  return saidIn(content, finish, usage)
}

/** Exceptions inside of a stream have no status, whatever their type says. */
const statusIn = ({ $metadata: metadata }: { readonly $metadata?: { readonly httpStatusCode?: number } }): number =>
  metadata?.httpStatusCode ?? 0

/** Converse. */
export const bedrockClient = ({ url, key }: Door): Client => {
  const client = new BedrockRuntimeClient({
    region: 'eu-central-1',
    endpoint: url,
    token: { token: key },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
  })
  const options = ({ signal }: Question) => (signal === undefined ? {} : { abortSignal: signal })
  return {
    ask: async question => {
      const { output, stopReason, usage } = await client.send(new ConverseCommand(bodyOf(question)), options(question))
      return saidIn(output?.message?.content ?? [], stopReason, usage)
    },
    stream: async question => {
      const { stream } = await client.send(new ConverseStreamCommand(bodyOf(question)), options(question))
      if (stream === undefined) throw new Error('no stream came')
      return gather(stream, question.hear)
    },
    statusOf: error => (error instanceof BedrockRuntimeServiceException ? statusIn(error) : undefined),
  }
}
