/** Sends recorded prompts through a running gateway by the official OpenAI client, and checks every answer. */
import { checkAnswer } from '../../world/check-answer.ts'
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

const askFor = async (client: Client, prompt: RecordedPrompt, options: DriveOptions): Promise<Omit<Driven, 'best'>> => {
  const { pool, policy } = options
  const headers = { 'x-signalbox-task': prompt.task, ...(policy !== undefined && { 'x-signalbox-policy': policy }) }
  const body = { model: pool, messages: [{ role: 'user' as const, content: prompt.prompt }] }
  try {
    const { data, response } = await client.chat.completions.create(body, { headers }).withResponse()
    const told = (name: string): string | undefined => response.headers.get(`x-signalbox-${name}`) ?? undefined
    const fallback = told('fallback')
    return {
      task: prompt.task,
      model: `${told('provider') ?? '?'}/${told('model') ?? data.model}`,
      isRight: checkAnswer(prompt, data.choices[0]?.message.content ?? ''),
      usd: Number(told('cost-usd') ?? 0),
      attempts: Number(told('attempts') ?? 1),
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
    for (let prompt = prompts[next++]; prompt !== undefined; prompt = prompts[next++]) {
      const alone = best && askedAlone(recordings, prompt, best)
      const driven = { ...(await askFor(client, prompt, options)), ...(alone !== undefined && { best: alone }) }
      all.push(driven)
      await told(driven)
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.width, prompts.length) }, work))
  return all
}
