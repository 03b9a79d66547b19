/** Sends recorded prompts through a running gateway by the official OpenAI client, and checks every answer. */
import { checkAnswer } from '../../world/check-answer.ts'
import { isRecord } from '../../domain/json.ts'
import { configuredQuality } from '../../world/configured-quality.ts'
import { askedAlone, bestModel, pickPrompts } from '../../world/drive.ts'
import { recordedModels } from '../../world/models.ts'
import { loadRecordings } from '../../world/recordings.ts'
import type { RecordedPrompt } from '../../world/recordings.ts'
import { CommandError, exits } from './terminal.ts'

/** What came of one prompt. */
export interface Driven {
  readonly task: string
  /** `provider/model`, or undefined where nobody answered. */
  readonly model?: string
  readonly isRight: boolean
  readonly usd: number
  readonly attempts: number
  /** Milliseconds until the first content, where it was streamed. */
  readonly firstContent?: number
  /** Why a candidate was left for another, e.g. `upstream_5xx`. */
  readonly fallback?: string
  readonly error?: string
  /** What always asking the best model would have come to. */
  readonly best?: { readonly isRight: boolean; readonly usd: number }
}

export interface DriveOptions {
  /** Of the gateway, without /v1. */
  readonly url: string
  readonly key: string
  readonly count: number
  readonly pool: string
  readonly policy?: string
  /** Of every request, as a header takes them: `path=voice`. */
  readonly tags?: string
  readonly isStreamed?: boolean
  readonly seed: string
  /** Requests under way at a time. */
  readonly width: number
}

const clientOf = async ({ url, key }: DriveOptions) => {
  const sdk = await import('openai').catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    const message = `driving the demo needs the official OpenAI client; \`npm install openai\` brings it (${why})`
    throw new CommandError(message, exits.finding)
  })
  return new sdk.OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, timeout: 300_000 })
}
type Client = Awaited<ReturnType<typeof clientOf>>

/** Prompts in a row that one session asks. */
const perSession = 4

interface Asked {
  readonly prompt: RecordedPrompt
  /** Which of all prompts it is. */
  readonly nth: number
}

const headersOf = ({ prompt, nth }: Asked, { policy, tags }: DriveOptions): Readonly<Record<string, string>> => ({
  'x-signalbox-task': prompt.task,
  'x-signalbox-session': `visitor-${Math.floor(nth / perSession) + 1}`,
  ...(policy !== undefined && { 'x-signalbox-policy': policy }),
  ...(tags !== undefined && { 'x-signalbox-tags': tags }),
})

/** An answer as far as a client can tell. */
interface Told {
  readonly text: string
  readonly response: Response
  readonly usd: number
  /** Milliseconds until the first content of a stream. */
  readonly firstContent?: number
}

type Question = Parameters<Client['chat']['completions']['create']>[0]
type Headers = Readonly<Record<string, string>>

const askWhole = async (client: Client, body: Question, headers: Headers): Promise<Told> => {
  const asked = client.chat.completions.create({ ...body, stream: false }, { headers })
  const { data, response } = await asked.withResponse()
  const usd = Number(response.headers.get('x-signalbox-cost-usd') ?? 0)
  return { text: data.choices[0]?.message.content ?? '', response, usd }
}

/** The head of a stream leaves before its cost is known, which stands in the last usage. */
const askStreamed = async (client: Client, body: Question, headers: Headers): Promise<Told> => {
  const startedAt = performance.now()
  const wanted = { ...body, stream: true as const, stream_options: { include_usage: true } }
  const { data, response } = await client.chat.completions.create(wanted, { headers }).withResponse()
  let [text, usd]: [string, number] = ['', 0]
  let firstContent: number | undefined
  for await (const { choices, usage } of data) {
    const piece = choices[0]?.delta.content ?? ''
    if (piece !== '') firstContent ??= performance.now() - startedAt
    text += piece
    if (isRecord(usage)) usd = Number(usage['cost_usd'] ?? 0)
  }
  return { text, response, usd, ...(firstContent !== undefined && { firstContent }) }
}

const askFor = async (client: Client, asked: Asked, options: DriveOptions): Promise<Omit<Driven, 'best'>> => {
  const { prompt } = asked
  const headers = headersOf(asked, options)
  const body = { model: options.pool, messages: [{ role: 'user' as const, content: prompt.prompt }] }
  try {
    const ask = options.isStreamed === true ? askStreamed : askWhole
    const { text, response, usd, firstContent } = await ask(client, body, headers)
    const told = (name: string): string | undefined => response.headers.get(`x-signalbox-${name}`) ?? undefined
    const fallback = told('fallback')
    return {
      task: prompt.task,
      model: `${told('provider') ?? '?'}/${told('model') ?? '?'}`,
      isRight: checkAnswer(prompt, text),
      usd,
      attempts: Number(told('attempts') ?? 1),
      ...(firstContent !== undefined && { firstContent }),
      ...(fallback !== undefined && { fallback }),
    }
  } catch (error) {
    // A request that nobody answered is part of the picture; only a broken set-up ends the drive.
    const message = error instanceof Error ? error.message : String(error)
    return { task: prompt.task, isRight: false, usd: 0, attempts: 0, error: message }
  }
}

/** Drives so many prompts; `told` hears of each as it comes back. */
export const drive = async (
  options: DriveOptions,
  told: (driven: Driven) => void | Promise<void>,
): Promise<readonly Driven[]> => {
  const client = await clientOf(options)
  const recordings = await loadRecordings()
  const best = bestModel(recordedModels, configuredQuality(recordings))
  const prompts = pickPrompts(recordings, options.count, options.seed)
  const all: Driven[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let nth = next++; nth < prompts.length; nth = next++) {
      const prompt = prompts[nth]
      if (prompt === undefined) return
      const alone = best && askedAlone(recordings, prompt, best)
      const driven = {
        ...(await askFor(client, { prompt, nth }, options)),
        ...(alone !== undefined && { best: alone }),
      }
      all.push(driven)
      await told(driven)
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.width, prompts.length) }, work))
  return all
}
