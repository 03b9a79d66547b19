/** Claude where others host it: what Bedrock and Vertex want of Anthropic's body and headers otherwise than Anthropic does. */
import type { Edits, Quirks } from './quirks.ts'
import type { At } from './voice.ts'

/** Members of Anthropic's own service, which hosts refuse: queues, sandboxes, servers of tools, places. */
export const hostedQuirks: Quirks = { drop: ['service_tier', 'container', 'mcp_servers', 'inference_geo'] }

const headerIn = (headers: readonly string[] | undefined, name: string): string | undefined => {
  const place = headers?.findIndex((one, at) => at % 2 === 0 && one.toLowerCase() === name) ?? -1
  return place < 0 ? undefined : headers?.[place + 1]
}

/** The client's own betas, in the member or the header in which it named them. */
const betasOf = (body: Readonly<Record<string, unknown>>, { request }: At): readonly unknown[] => {
  const given = body['anthropic_beta']
  const raw = 'raw' in request && request.raw?.dialect === 'anthropic-messages' ? request.raw.headers : undefined
  const named = headerIn(raw, 'anthropic-beta')?.split(',') ?? []
  const all = [...(Array.isArray(given) ? (given as readonly unknown[]) : []), ...named.map(one => one.trim())]
  return [...new Set(all)].filter(one => one !== '')
}

/** Bedrock has model and streaming in the path, and versions and betas in the body. */
export const onBedrock = (body: Readonly<Record<string, unknown>>, at: At): Edits => {
  const betas = betasOf(body, at)
  return {
    model: undefined,
    stream: undefined,
    anthropic_version: 'bedrock-2023-05-31',
    ...(betas.length > 0 && { anthropic_beta: betas }),
  }
}

/** Vertex has the model in the path and the version in the body; betas stay in their header. */
export const onVertex = (): Edits => ({
  model: undefined,
  anthropic_beta: undefined,
  anthropic_version: 'vertex-2023-10-16',
})
