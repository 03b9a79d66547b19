/** Microsoft Entra access tokens, as Azure's own tools find them. */
import type * as Identity from '@azure/identity'
import type { Fresh } from './fresh.ts'

/** What Azure OpenAI and AI Foundry ask for in the public cloud. */
export const azureScope = 'https://cognitiveservices.azure.com/.default'

/** The chain tells of each of its members at length; its first words name what is missing. */
const shortly = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n').slice(0, 6).join(' ').slice(0, 600)
}

const load = async (): Promise<typeof Identity> => {
  try {
    return await import('@azure/identity')
  } catch (error) {
    throw new Error(
      `Entra tokens need the package @azure/identity, which cannot be loaded (${shortly(error)}); run npm install @azure/identity, or give the provider a key`,
      { cause: error },
    )
  }
}

/** Only Microsoft's own authorities are known to Microsoft; asking it of others fails where there is no way to it. */
const isOwnAuthority = (host: string | undefined): boolean =>
  host !== undefined &&
  URL.canParse(host) &&
  !/(^|\.)microsoftonline\.(com|us)$|chinacloudapi\.cn$/.test(new URL(host).hostname)

/** A token for this scope, by the default chain. Rejects with where it was looked for. */
export const entraToken = async (scope = azureScope): Promise<Fresh> => {
  const { DefaultAzureCredential } = await load()
  const options = { disableInstanceDiscovery: isOwnAuthority(process.env['AZURE_AUTHORITY_HOST']) }
  let found: Awaited<ReturnType<InstanceType<typeof DefaultAzureCredential>['getToken']>>
  try {
    // A new one each time, since it would keep a token that we were told to renew.
    found = await new DefaultAzureCredential(options).getToken(scope)
  } catch (error) {
    throw new Error(
      `no Entra token (${shortly(error)}); set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, run az login, or give this machine a managed identity`,
      { cause: error },
    )
  }
  return { text: found.token, lifetime: found.expiresOnTimestamp - Date.now() }
}
