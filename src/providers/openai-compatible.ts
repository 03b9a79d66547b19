/** Makes adapters of the table of look-alikes: who speaks OpenAI's dialect where, and what else it offers. */
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { jinaEmbeddings } from '../dialects/embeddings/jina.ts'
import { openaiEmbeddings } from '../dialects/embeddings/openai.ts'
import { perplexityEmbeddings } from '../dialects/embeddings/perplexity.ts'
import { voyageEmbeddings } from '../dialects/embeddings/voyage.ts'
import { mistralModerations } from '../dialects/moderations/mistral.ts'
import { imageEditsAsJson, openaiImageEdits, openaiImages } from '../dialects/images/openai.ts'
import { openaiModerations } from '../dialects/moderations/openai.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { openaiCompletions } from '../dialects/openai-completions/index.ts'
import { openaiResponses } from '../dialects/openai-responses/index.ts'
import { jinaRerank } from '../dialects/rerank/jina.ts'
import { teiRerank } from '../dialects/rerank/tei.ts'
import { voyageRerank } from '../dialects/rerank/voyage.ts'
import { openaiSpeech } from '../dialects/speech/openai.ts'
import { mistralTranscriptions } from '../dialects/transcriptions/mistral.ts'
import { givesAll, openaiTranscriptions, openaiTranslations } from '../dialects/transcriptions/openai.ts'
import type { Checked } from '../domain/units.ts'
import { bearer } from './authorize.ts'
import { embedders } from './embedders.ts'
import { claudePrefills } from './go-on.ts'
import { countersOf, countingOf } from './look-alike-counting.ts'
import { realtimeLine } from './lines.ts'
import { doors, usualPaths } from './look-alike.ts'
import type { Door, LookAlike } from './look-alike.ts'
import { inSides } from './media.ts'
import { modelHosts } from './model-hosts.ts'
import { modelMakers } from './model-makers.ts'
import { selfHosted } from './self-hosted.ts'
import { speak } from './speak.ts'
import type { ProviderMaker, ProviderSettings } from './speak.ts'
import type { Service, Voice } from './voice.ts'

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
  ...embedders,
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

/** What is spoken behind each door that chats may be led to. */
const voices: Readonly<Partial<Record<Door, Omit<Voice, 'path'>>>> = {
  messages: {
    dialect: anthropicMessages,
    headers: { 'anthropic-version': '2023-06-01' },
    needsLength: true,
    passes: ['anthropic-version', 'anthropic-beta'],
    prefills: claudePrefills,
  },
  responses: { dialect: openaiResponses },
  completions: { dialect: openaiCompletions },
}
/** What is asked behind each door beyond chat. */
const operations: Readonly<Partial<Record<Door, Service['dialect']>>> = {
  embeddings: openaiEmbeddings,
  rerank: jinaRerank,
  moderations: openaiModerations,
  images: openaiImages,
  'image-edits': openaiImageEdits,
  speech: openaiSpeech,
  transcriptions: openaiTranscriptions(givesAll),
  translations: openaiTranslations(givesAll),
}
/** The same in forms of their own, for those of whom the table says so. */
const otherForms: readonly Service['dialect'][] = [
  voyageEmbeddings,
  jinaEmbeddings,
  perplexityEmbeddings,
  voyageRerank,
  teiRerank,
  mistralModerations,
  imageEditsAsJson,
  mistralTranscriptions,
]

/** Behind a door for sound, where not every format is given. */
const transcriptsOf = ({ transcripts }: LookAlike, door: Door): Service['dialect'] | undefined => {
  if (transcripts === undefined) return undefined
  if (door === 'transcriptions') return openaiTranscriptions(() => transcripts)
  return door === 'translations' ? openaiTranslations(() => transcripts) : undefined
}

/** Whose form a look-alike speaks behind this door; undefined if nothing beyond chat is there. */
const formAt = (row: LookAlike, door: Door): Service['dialect'] | undefined => {
  const { forms } = row
  const usual = transcriptsOf(row, door) ?? operations[door]
  const name = forms?.[door]
  if (usual === undefined || name === undefined) return usual
  return otherForms.find(
    ({ id, operations: served }) => id === name && served.some(one => usual.operations.includes(one)),
  )
}

type Doors = Readonly<Partial<Record<Door, string>>>

/** Servers of one's own may be older than their other dialects: only what they have had for years is taken for granted. */
const surely = (row: LookAlike, door: Door): boolean =>
  row.partly?.includes(door) !== true && (row.isSelfHosted !== true || door === 'completions')

const quirksAt = (row: LookAlike, door: Door): Pick<Voice, 'quirks'> => {
  const quirks = row.doorQuirks?.[door]
  return quirks === undefined ? {} : { quirks }
}

/** Chats in other dialects that it offers, taken where the client speaks one of them. */
const otherVoices = (row: LookAlike, at: Doors): readonly Voice[] =>
  doors.flatMap(door => {
    const [voice, place] = [voices[door], at[door]]
    if (voice === undefined || place === undefined || !surely(row, door)) return []
    return [{ ...voice, ...placed(place), ...quirksAt(row, door) }]
  })

const servicesOf = (row: LookAlike, at: Doors): readonly Service[] =>
  doors.flatMap(door => {
    const [dialect, place] = [formAt(row, door), at[door]]
    const sized = door === 'images' && row.drawsBySides === true ? { edits: inSides } : {}
    if (dialect === undefined || place === undefined) return []
    return [{ dialect, ...placed(place), ...quirksAt(row, door), ...sized }]
  })

const expected: readonly Door[] = [
  'embeddings',
  'rerank',
  'moderations',
  'images',
  'image-edits',
  'speech',
  'transcriptions',
  'translations',
]

/** Of a server of which nothing is known, everything is where everybody has it; what it lacks it says itself. */
const placesOf = (type: string, row: LookAlike, settings: ProviderSettings): Doors =>
  type === 'openai-compatible'
    ? Object.fromEntries(expected.map(door => [door, usualPaths[door]]))
    : doorsOf(row, settings.url === undefined)

const makerOf =
  (type: string, row: LookAlike): ProviderMaker =>
  settings => {
    const address = addressOf(type, row, settings)
    if (!address.ok) return address
    const { system = type, quirks } = row
    const isOwn = settings.url === undefined
    const at = placesOf(type, row, settings)
    const silence = row.isMute === true ? { serves: () => false } : {}
    const voice = {
      dialect: openaiChat,
      path: '/chat/completions',
      ...(quirks !== undefined && { quirks }),
      ...(row.prefills !== undefined && { prefills: row.prefills.filter(one => isOwn || one.door === undefined) }),
      ...silence,
    }
    const counting = { ...countingOf(row), counters: countersOf(row) }
    // Who holds no conversations says so when the line is to be opened.
    const lines = [realtimeLine]
    const more = { also: otherVoices(row, at), services: servicesOf(row, at), lines, ...counting }
    return { ok: true, value: speak({ ...voice, settings, system, url: address.value, authorize: bearer, ...more }) }
  }

/** One maker for each look-alike, by type name. */
export const lookAlikes: Readonly<Record<string, ProviderMaker>> = Object.fromEntries(
  Object.entries(lookAlikeTable).map(([type, row]) => [type, makerOf(type, row)]),
)
