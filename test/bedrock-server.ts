/** A server for AWS's official client, which speaks HTTP/2 without asking; and that client. */
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { createServer } from 'node:http2'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Address } from '../src/domain/request.ts'

/** What came. */
export interface Came {
  readonly address: Address
  readonly verb: string
  readonly body: unknown
  readonly headers: Http2ServerRequest['headers']
}
export type Serve = (came: Came, response: Http2ServerResponse) => void

const cameIn = async (request: Http2ServerRequest): Promise<Came> => {
  const pieces: Uint8Array[] = []
  for await (const piece of request) pieces.push(piece as Uint8Array)
  const [, model = '', verb = ''] = /^\/model\/([^/]+)\/([^/?]+)/.exec(request.url) ?? []
  return {
    address: { model: decodeURIComponent(model), stream: verb.includes('stream') },
    verb,
    body: JSON.parse(Buffer.concat(pieces).toString() || 'null'),
    headers: request.headers,
  }
}

/** Serves what `serve` says to the official client for as long as `use` takes. */
export const withBedrock = async <T>(serve: Serve, use: (client: BedrockRuntimeClient) => Promise<T>): Promise<T> => {
  const server = createServer((request, response) => {
    cameIn(request).then(
      came => serve(came, response),
      (error: unknown) => response.stream.destroy(error instanceof Error ? error : undefined),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const client = new BedrockRuntimeClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    token: { token: 'a-key' },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
  })
  try {
    return await use(client)
  } finally {
    client.destroy()
    await new Promise(resolve => server.close(resolve))
  }
}
