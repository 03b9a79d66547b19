/** AWS credentials as AWS's own tools find them: environment, profiles, single sign-on, web identity, containers, instances. */
import type { Fresh } from './fresh.ts'

/** The library warns on the console, which is the log's. */
const silent = { debug() {}, info() {}, warn() {}, error() {} }

const whereToLook = (profile: string | undefined): string =>
  profile === undefined
    ? 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role'
    : `see that the profile ${profile} is in ~/.aws/config or ~/.aws/credentials, and that its sign-on is still good`

/** Credentials as JSON, from this profile or from the default chain. Rejects with where they were looked for. */
export const awsCredentials = async (profile?: string): Promise<Fresh> => {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers')
  // A new chain each time, so that files that were changed are read again.
  const chain = fromNodeProviderChain({
    ignoreCache: true,
    logger: silent,
    ...(profile !== undefined && { profile }),
  })
  let found: Awaited<ReturnType<typeof chain>>
  try {
    found = await chain()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`no AWS credentials (${why}); ${whereToLook(profile)}`, { cause: error })
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = found
  return {
    text: JSON.stringify({ accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }),
    ...(expiration !== undefined && { lifetime: expiration.getTime() - Date.now() }),
  }
}
