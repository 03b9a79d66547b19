/** Which candidate a request would get, and why; calls nobody. */
import { anthropicMessages } from '../../dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../dialects/openai-chat/index.ts'
import { localCaller } from '../../domain/ask.ts'
import type { ChatBody, Wishes } from '../../domain/request.ts'
import type { Dialect } from '../../ports/dialect.ts'
import { openStandalone } from '../../standalone.ts'
import { readText, settingsFor } from './settings-file.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface ExplainOptions {
  readonly config?: string
  readonly json?: boolean
  readonly policy?: string
  readonly tag?: readonly string[]
  readonly session?: string
  readonly dialect?: string
}

const dialects: readonly Dialect[] = [openaiChat, anthropicMessages]

/** Anthropic's bodies must say how long an answer may be, and keep the system prompt apart from the messages. */
const looksLikeAnthropic = (body: unknown): boolean =>
  body !== null && typeof body === 'object' && 'max_tokens' in body && ('system' in body || 'anthropic_version' in body)

const dialectOf = (body: unknown, named: string | undefined): Dialect => {
  if (named === undefined) return looksLikeAnthropic(body) ? anthropicMessages : openaiChat
  const found = dialects.find(({ id }) => id === named)
  if (found === undefined) {
    throw new CommandError(`there is no dialect "${named}"; there are ${dialects.map(({ id }) => id).join(', ')}`)
  }
  return found
}

const readBody = (text: string, path: string, options: ExplainOptions): ChatBody => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new CommandError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const dialect = dialectOf(json, options.dialect)
  const decoded = dialect.decodeRequest(json)
  if (decoded.ok) return decoded.value
  const at = decoded.at === undefined ? '' : `${decoded.at}: `
  throw new CommandError(`${path} is no request in the dialect ${dialect.id}: ${at}${decoded.why}`)
}

const tagsOf = (tags: readonly string[]): Wishes['tags'] =>
  Object.fromEntries(
    tags.map(tag => {
      const at = tag.indexOf('=')
      if (at <= 0) throw new CommandError(`--tag ${tag}: a tag is written name=value`)
      return [tag.slice(0, at), tag.slice(at + 1)]
    }),
  )

/** Decides as the gateway would right after its start, and tells why. */
export const explain = async (path: string, options: ExplainOptions, terminal: Terminal): Promise<number> => {
  const body = readBody(await readText(path, 'request'), path, options)
  const settings = await settingsFor(options.config, terminal)
  const opened = await openStandalone(
    {
      ...settings,
      store: { durable: { kind: 'memory' } },
      telemetry: { headers: {}, compat: false, log: 'off', journal: false },
    },
    { env: terminal.env },
  )
  if (!opened.ok) throw new CommandError(opened.why, exits.finding)
  const house = opened.value
  try {
    const { policy, session } = options
    const wishes: Partial<Wishes> = {
      tags: tagsOf(options.tag ?? []),
      ...(policy !== undefined && { policy }),
      ...(session !== undefined && { session: session as Wishes['session'] & string }),
    }
    const explained = house.gateway.explain({ body, caller: localCaller, wishes })
    if (!explained.ok) throw new CommandError(explained.failure.message, exits.finding)
    const { trace, words } = explained
    terminal.out(options.json === true ? JSON.stringify(trace, undefined, 2) : words)
    return trace.decision.ranked.length > 0 ? exits.good : exits.finding
  } finally {
    await house.close()
  }
}
