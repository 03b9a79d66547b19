/** Secrets that clouds hand out for a while, by reference: `aws:…`, `google:…` and `azure:…`. */
import { didYouMean } from '../domain/nearest.ts'
import type { CredentialId } from '../domain/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { awsCredentials } from './clouds/aws.ts'
import { azureScope, entraToken } from './clouds/azure.ts'
import { freshSecret } from './clouds/fresh.ts'
import type { Fresh, FreshSecret } from './clouds/fresh.ts'
import { googleDefaultToken, googleToken } from './clouds/google.ts'
import { redact } from './redact.ts'

type Fetch = () => Promise<Fresh>

const forms = [
  'aws:default',
  'aws:profile/NAME',
  'google:adc',
  'google:file:PATH',
  'azure:default',
  'azure:scope/SCOPE',
]

/** What follows a beginning; undefined for another beginning or nothing. */
const after = (reference: string, beginning: string): string | undefined =>
  reference.startsWith(beginning) && reference.length > beginning.length ? reference.slice(beginning.length) : undefined

const awsFetch = (reference: string): Fetch | undefined => {
  if (reference === 'aws:default') return () => awsCredentials()
  const profile = after(reference, 'aws:profile/')
  return profile === undefined ? undefined : () => awsCredentials(profile)
}

const googleFetch = (reference: string, inner: Secrets): Fetch | undefined => {
  if (reference === 'google:adc') return googleDefaultToken
  const credentials = after(reference, 'google:')
  const isReference = credentials?.startsWith('file:') === true || credentials?.startsWith('${') === true
  return isReference ? async () => googleToken(await inner.read(credentials)) : undefined
}

const azureFetch = (reference: string): Fetch | undefined => {
  if (reference === 'azure:default') return () => entraToken(azureScope)
  const scope = after(reference, 'azure:scope/')
  return scope === undefined ? undefined : () => entraToken(scope)
}

const fetchFor = (reference: string, inner: Secrets): Fetch | undefined =>
  awsFetch(reference) ?? googleFetch(reference, inner) ?? azureFetch(reference)

const isOfCloud = /^(?:aws|google|azure):/

/** Names the reference, and shows nothing that may be a secret, whatever a library says. */
const named =
  (reference: string, fetch: Fetch): Fetch =>
  async () => {
    try {
      return await fetch()
    } catch (error) {
      throw new Error(`${reference}: ${redact(error instanceof Error ? error.message : String(error))}`, {
        cause: error,
      })
    }
  }

export interface CloudSecrets extends Secrets {
  /** A provider would not take what this reference stood for; does nothing for references that are not of a cloud. */
  refused(reference: string): void
}

/**
 * AWS credentials as JSON of accessKeyId, secretAccessKey and sessionToken, and access tokens of Google and Entra, each
 * kept until shortly before its end; every other reference is read by `inner`.
 */
export const cloudSecrets = (inner: Secrets, { clock }: { readonly clock: Clock }): CloudSecrets => {
  const known = new Map<string, FreshSecret>()
  return {
    read(reference) {
      const kept = known.get(reference)
      if (kept !== undefined) return kept.read()
      if (!isOfCloud.test(reference)) return inner.read(reference)
      const fetch = fetchFor(reference, inner)
      if (fetch === undefined) {
        const meant = didYouMean(reference, forms)
        return Promise.reject(
          new Error(`"${redact(reference)}" is no reference; there are ${forms.join(', ')}${meant}`),
        )
      }
      const secret = freshSecret(named(reference, fetch), clock)
      known.set(reference, secret)
      return secret.read()
    },
    refused: reference => known.get(reference)?.refused(),
  }
}

/** Hears which credentials were refused; `references` has what stands behind each at this moment. */
export const refusals =
  (references: () => ReadonlyMap<CredentialId, string>, secrets: CloudSecrets): Telemetry =>
  event => {
    if (event.type !== 'attempt-ended' || event.attempt.failure?.kind !== 'upstream-credential') return
    const { credential } = event.attempt
    const reference = credential === undefined ? undefined : references().get(credential)
    if (reference !== undefined) secrets.refused(reference)
  }

/** Fetches what clouds hand out before the first request needs it, and tells of what cannot be had. */
export const warmUp = (references: readonly string[], secrets: Secrets, tell: (message: string) => void): void => {
  for (const reference of new Set(references.filter(one => isOfCloud.test(one)))) {
    secrets.read(reference).catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)))
  }
}
