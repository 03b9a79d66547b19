/** Makes adapters of the table of look-alikes: who speaks OpenAI's dialect where, and what else it offers. */
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import type { Checked } from '../domain/units.ts'
import { bearer } from './authorize.ts'
import { usualPaths } from './look-alike.ts'
import type { Door, LookAlike } from './look-alike.ts'
import { modelHosts } from './model-hosts.ts'
import { modelMakers } from './model-makers.ts'
import { selfHosted } from './self-hosted.ts'
import { speak } from './speak.ts'
import type { ProviderMaker, ProviderSettings } from './speak.ts'
import type { Voice } from './voice.ts'

/** Every look-alike by type name. */
export const lookAlikeTable: Readonly<Record<string, LookAlike>> = {
  // Any other server: nothing is known, so nothing is changed.
  'openai-compatible': {
    example: 'http://127.0.0.1:8000/v1',
    docs: 'https://platform.openai.com/docs/api-reference/chat',
    usage: 'asked',
  },
  ...modelMakers,
  ...modelHosts,
  ...selfHosted,
}

/** The address of these settings, or what is missing for it. */
export const addressOf = (type: string, { url, example }: LookAlike, settings: ProviderSettings): Checked<string> => {
  const { account } = settings.options ?? {}
  if (settings.url !== undefined) return { ok: true, value: settings.url }
  if (url !== undefined && !url.includes('{account}')) return { ok: true, value: url }
  if (url !== undefined && account !== undefined) return { ok: true, value: url.replace('{account}', account) }
  const wanted =
    url === undefined ? `url; the type ${type} needs one` : `account and no url; the type ${type} needs one of the two`
  const why = `the provider "${settings.id}" has no ${wanted}, e.g. ${example ?? 'http://127.0.0.1:8000/v1'}`
  return { ok: false, why, at: url === undefined ? 'url' : 'account' }
}

/** Where this look-alike has each thing that it offers: a path below its address, or, at its own address only, another host. */
export const doorsOf = (row: LookAlike, isOwnAddress: boolean): Readonly<Partial<Record<Door, string>>> => {
  const usual = (row.also ?? []).map(door => [door, usualPaths[door]] as const)
  const elsewhere = Object.entries(row.elsewhere ?? {}).filter(([, path]) => isOwnAddress || path.startsWith('/'))
  return Object.fromEntries([...usual, ...elsewhere])
}

/** The path of a door, and, where it lies at another host, that host instead of the provider's. */
const placed = (door: string): Pick<Voice, 'path' | 'host'> => {
  if (door.startsWith('/')) return { path: door }
  const { origin, pathname } = new URL(door)
  return { path: pathname, host: () => origin }
}

/** Chats in other dialects that it offers, taken where the client speaks one of them. */
const otherVoices = ({ messages }: Readonly<Partial<Record<Door, string>>>): readonly Voice[] =>
  messages === undefined
    ? []
    : [
        {
          ...placed(messages),
          dialect: anthropicMessages,
          headers: { 'anthropic-version': '2023-06-01' },
          needsLength: true,
          passes: ['anthropic-version', 'anthropic-beta'],
        },
      ]

const makerOf =
  (type: string, row: LookAlike): ProviderMaker =>
  settings => {
    const address = addressOf(type, row, settings)
    if (!address.ok) return address
    const { system = type, quirks } = row
    // Servers of one's own may be older than their other dialects: what they surely know is spoken.
    const also = row.isSelfHosted === true ? [] : otherVoices(doorsOf(row, settings.url === undefined))
    const voice = { dialect: openaiChat, path: '/chat/completions', ...(quirks !== undefined && { quirks }) }
    return { ok: true, value: speak({ ...voice, settings, system, url: address.value, authorize: bearer, also }) }
  }

/** One maker for each look-alike, by type name. */
export const lookAlikes: Readonly<Record<string, ProviderMaker>> = Object.fromEntries(
  Object.entries(lookAlikeTable).map(([type, row]) => [type, makerOf(type, row)]),
)
