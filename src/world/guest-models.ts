/** Models beside the nine recorded ones, for tests: newer ones that lend the recorded answers, and those that do not chat. */
import type { Craft, WorldModel } from './models.ts'

type Row = readonly [id: string, answersAs: string, aliases?: readonly string[]]

/** Dollars per million tokens, windows and speeds are plausible and the same for all of a kind. */
const chats = (provider: string, rows: readonly Row[]): readonly WorldModel[] =>
  rows.map(([id, answersAs, aliases = []]) => ({
    id,
    provider,
    aliases,
    price: { input: 1, output: 4 },
    contextWindow: 200_000,
    maxOutput: 32_768,
    firstToken: 400,
    perSecond: 100,
    answersAs,
  }))

const makers = (
  provider: string,
  does: Craft,
  rows: readonly (readonly [id: string, dimensions?: number])[],
): readonly WorldModel[] =>
  rows.map(([id, dimensions]) => ({
    id,
    provider,
    aliases: [],
    price: { input: 0.1, output: 0 },
    contextWindow: 32_768,
    maxOutput: 4_096,
    firstToken: 120,
    perSecond: 400,
    does,
    ...(dimensions !== undefined && { dimensions }),
  }))

const talkers = (provider: string, rows: readonly Row[]): readonly WorldModel[] =>
  chats(provider, rows).map(model => ({ ...model, does: 'talk' as const }))

/** All of them, by provider. */
export const guestModels: readonly WorldModel[] = [
  ...chats('gemini', [
    ['gemini-2.5-flash', 'gemini-1.5-flash'],
    ['gemini-3-pro-preview', 'gemini-1.5-pro'],
    ['gemini-2.5-flash-image', 'gemini-1.5-flash'],
  ]),
  ...talkers('gemini', [
    ['gemini-live-2.5-flash-preview', 'gemini-1.5-flash'],
    ['gemini-2.5-flash-native-audio-preview-09-2025', 'gemini-1.5-flash'],
  ]),
  ...talkers('openai', [['gpt-realtime', 'gpt-4o-2024-08-06']]),
  ...makers('gemini', 'embed', [['gemini-embedding-001', 3072]]),
  ...makers('gemini', 'draw', [['imagen-4.0-generate-001']]),
  ...chats('openai', [
    ['gpt-4.1-mini', 'gpt-4o-mini-2024-07-18'],
    ['gpt-5', 'gpt-4o-2024-08-06'],
    ['gpt-3.5-turbo-instruct', 'gpt-4o-mini-2024-07-18'],
  ]),
  ...makers('openai', 'embed', [
    ['text-embedding-3-small', 1536],
    ['text-embedding-3-large', 3072],
  ]),
  ...makers('openai', 'moderate', [['omni-moderation-latest']]),
  ...makers('openai', 'draw', [['gpt-image-1'], ['dall-e-3']]),
  ...makers('openai', 'speak', [['gpt-4o-mini-tts'], ['tts-1']]),
  ...makers('openai', 'hear', [['gpt-4o-mini-transcribe'], ['whisper-1']]),
  ...chats('anthropic', [['claude-sonnet-4-5', 'claude-3-5-sonnet-20241022']]),
  ...chats('bedrock', [
    [
      'anthropic.claude-3-5-sonnet-20241022-v2:0',
      'claude-3-5-sonnet-20241022',
      ['us.anthropic.claude-3-5-sonnet-20241022-v2:0', 'eu.anthropic.claude-3-5-sonnet-20241022-v2:0'],
    ],
    ['anthropic.claude-3-haiku-20240307-v1:0', 'claude-3-haiku-20240307'],
    ['amazon.nova-lite-v1:0', 'gpt-4o-mini-2024-07-18', ['us.amazon.nova-lite-v1:0']],
    ['mistral.mistral-large-2407-v1:0', 'mistral-large-2407'],
    ['meta.llama3-1-70b-instruct-v1:0', 'llama-3.1-70b-instruct'],
  ]),
  ...makers('bedrock', 'embed', [
    ['amazon.titan-embed-text-v2:0', 1024],
    ['cohere.embed-multilingual-v3', 1024],
  ]),
  ...makers('bedrock', 'rerank', [['cohere.rerank-v3-5:0']]),
  ...makers('bedrock', 'draw', [['amazon.titan-image-generator-v2:0']]),
  ...chats('cohere', [
    ['command-a-03-2025', 'mistral-large-2407'],
    ['command-r-08-2024', 'llama-3.1-70b-instruct'],
  ]),
  ...makers('cohere', 'embed', [['embed-v4.0', 1536]]),
  ...makers('cohere', 'rerank', [['rerank-v3.5']]),
  ...makers('jina', 'rerank', [['jina-reranker-v2-base-multilingual']]),
  ...makers('voyage', 'rerank', [['rerank-2.5']]),
  ...makers('mistral', 'embed', [['mistral-embed', 1024]]),
  ...makers('selfhosted', 'embed', [['bge-m3', 1024]]),
  ...makers('selfhosted', 'rerank', [['bge-reranker-v2-m3']]),
]
