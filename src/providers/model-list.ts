/** Which models a look-alike has: where it is asked, and how the answer reads. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { Ability } from '../domain/deployment.ts'
import { tokens } from '../domain/units.ts'
import type { Checked, Tokens } from '../domain/units.ts'
import type { ListedModel, ModelList } from '../ports/model-list.ts'
import type { WireRequest } from '../ports/transport.ts'
import { bearer } from './authorize.ts'
import { standingHeaders } from './headers.ts'
import type { LookAlike } from './look-alike.ts'
import { addressOf, lookAlikeTable } from './openai-compatible.ts'
import { joinUrl } from './join-url.ts'
import type { ProviderSettings } from './speak.ts'
import { parseJson } from '../dialects/fields.ts'

/** What one kind of server tells of one model beside the list. */
interface About {
  readonly request: (root: string, model: string) => Pick<WireRequest, 'method' | 'url' | 'body'>
  readonly read: (answer: Json) => Omit<ListedModel, 'model'>
}

const sizeOf = (value: unknown): Tokens | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? tokens(value) : undefined
const windowOf = (size: Tokens | undefined): Pick<ListedModel, 'contextWindow'> =>
  size === undefined ? {} : { contextWindow: size }

/** Ollama's words for what a model can do. */
const ollamaAbilities: Readonly<Record<string, readonly Ability[]>> = {
  completion: ['text', 'json-schema', 'completions'],
  tools: ['tools'],
  vision: ['image'],
  thinking: ['reasoning'],
  embedding: ['embeddings'],
}
const lmStudioAbilities: Readonly<Record<string, readonly Ability[]>> = {
  llm: ['text', 'json-schema', 'reasoning', 'completions'],
  vlm: ['text', 'json-schema', 'reasoning', 'completions', 'image'],
  embeddings: ['embeddings'],
  tool_use: ['tools'],
}
const acceptsOf = (
  words: readonly unknown[],
  table: Readonly<Record<string, readonly Ability[]>>,
): Pick<ListedModel, 'accepts'> => {
  const accepts = words.flatMap(word =>
    typeof word === 'string' && Object.hasOwn(table, word) ? (table[word] ?? []) : [],
  )
  return accepts.length === 0 ? {} : { accepts: [...new Set(accepts)] }
}
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** `num_ctx 8192` in the parameters that a model was made with: what it is loaded with, whatever it was trained for. */
const loadedWith = (parameters: unknown): Tokens | undefined =>
  typeof parameters === 'string' ? sizeOf(Number(/^num_ctx\s+(\d+)$/m.exec(parameters)?.[1])) : undefined

const abouts: Readonly<Record<string, About>> = {
  ollama: {
    request: (root, model) => ({ method: 'POST', url: joinUrl(root, '/api/show'), body: JSON.stringify({ model }) }),
    read: answer => {
      const info = isRecord(answer['model_info']) ? answer['model_info'] : {}
      const trained = sizeOf(Object.entries(info).find(([name]) => name.endsWith('.context_length'))?.[1])
      return {
        ...windowOf(loadedWith(answer['parameters']) ?? trained),
        ...acceptsOf(listIn(answer['capabilities']), ollamaAbilities),
      }
    },
  },
  lmstudio: {
    request: (root, model) => ({
      method: 'GET',
      url: joinUrl(root, `/api/v0/models/${encodeURIComponent(model)}`),
      body: '',
    }),
    read: answer => ({
      ...windowOf(sizeOf(answer['loaded_context_length']) ?? sizeOf(answer['max_context_length'])),
      ...acceptsOf([answer['type'], ...listIn(answer['capabilities'])], lmStudioAbilities),
    }),
  },
}

/** Where lists tell a model's window: vLLM and SGLang, Groq, Mistral, OpenRouter and Together, llama.cpp. */
const windowNames = ['max_model_len', 'context_window', 'max_context_length', 'context_length'] as const

/** A name that can be shown and sent: what would move a terminal's cursor or begin another line of a log is none. */
const isName = (model: unknown): model is string =>
  typeof model === 'string' && /^[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u.test(model)

const listed = (row: unknown): readonly ListedModel[] => {
  if (!isRecord(row)) return []
  const model = row['id'] ?? row['model'] ?? row['name']
  if (!isName(model)) return []
  const meta = isRecord(row['meta']) ? row['meta'] : {}
  const told = [...windowNames.map(name => row[name]), meta['n_ctx'], meta['n_ctx_train']].map(sizeOf)
  return [{ model, ...windowOf(told.find(size => size !== undefined)) }]
}

const readList = (body: string): Checked<readonly ListedModel[]> => {
  const json = parseJson(body)
  const rows = isRecord(json) ? (json['data'] ?? json['models']) : json
  if (!Array.isArray(rows))
    return { ok: false, why: 'its answer is no list of models; { "data": [{ "id": … }] } would be one' }
  const models = new Map(rows.flatMap(listed).map(one => [one.model, one]))
  return { ok: true, value: [...models.values()] }
}

/** Servers tell of single models beside the version that the list lies under. */
const rootOf = (address: string): string => address.replace(/\/v1\/?(?=\?|$)/, '')

/** OpenAI's own list has the same form. */
const openaiItself: LookAlike = {
  url: 'https://api.openai.com/v1',
  docs: 'https://platform.openai.com/docs/api-reference/models/list',
  usage: 'asked',
}

/** How a provider of this type is asked for its models, or what its settings lack. Undefined for types that have no list in this form. */
export const modelListOf = (type: string, settings: ProviderSettings): Checked<ModelList> | undefined => {
  const row = type === 'openai' ? openaiItself : Object.hasOwn(lookAlikeTable, type) ? lookAlikeTable[type] : undefined
  if (row === undefined) return undefined
  const address = addressOf(type, row, settings)
  if (!address.ok) return address
  const headers = standingHeaders(settings.version, 'application/json', undefined, settings.headers)
  const about = abouts[type]
  return {
    ok: true,
    value: {
      provider: settings.id,
      credentials: settings.credentials,
      request: { method: 'GET', url: joinUrl(address.value, '/models'), headers, body: '' },
      authorize: bearer,
      read: readList,
      ...(about !== undefined && {
        about: model => ({ ...about.request(rootOf(address.value), model), headers }),
        readAbout: (one, body) => {
          const answer = parseJson(body)
          return isRecord(answer) ? { ...one, ...about.read(answer) } : one
        },
      }),
    },
  }
}
