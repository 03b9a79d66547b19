/** Gemini: Google's own API, address, version and key. */
import { geminiEmbeddings, isBatch } from '../dialects/embeddings/gemini.ts'
import { gemini as dialect } from '../dialects/gemini/index.ts'
import { headerKey } from './authorize.ts'
import { ownCounting, ownPath } from './google-models.ts'
import { geminiLine } from './lines.ts'
import { googleMedia } from './media.ts'
import { speak } from './speak.ts'
import type { ProviderMaker } from './speak.ts'
import type { Service } from './voice.ts'

/** The version that Google's own client asks, where nothing else is wanted. */
const usualVersion = 'v1beta'

/** One content goes through one door, many through another. */
const embeddings = (version: string): Service => ({
  dialect: geminiEmbeddings,
  path: at => {
    const isMany = at.request.operation === 'embeddings' && isBatch(at.request)
    return ownPath(version, isMany ? ':batchEmbedContents' : ':embedContent')(at)
  },
})

/** Google's own API, or what stands in for it at another address. */
export const gemini: ProviderMaker = settings => {
  const url = settings.url ?? 'https://generativelanguage.googleapis.com'
  // An address that ends with a version is taken at its word.
  const isVersioned = /\/v\d[a-z\d]*\/*$/.test(url)
  const version = isVersioned ? '' : `/${settings.options?.apiVersion ?? usualVersion}`
  return {
    ok: true,
    value: speak({
      settings,
      system: 'gcp.gemini',
      dialect,
      url,
      path: ownPath(version),
      counting: ownCounting(version),
      services: [embeddings(version), ...googleMedia(verb => ownPath(version, verb), false)],
      authorize: headerKey('x-goog-api-key'),
      lines: [geminiLine(settings.options?.apiVersion ?? usualVersion)],
    }),
  }
}
