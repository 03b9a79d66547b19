/** An upstream that counts for itself what it has answered, by the trace of each request. */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Millionths of a dollar a token: whole ones, so that nothing is rounded. */
export const perInput = 2
export const perOutput = 8

export interface CountingUpstream extends AsyncDisposable {
  readonly port: number
  /** What each request came to, in millionths of a dollar; those that were answered to the end alone. */
  readonly billed: ReadonlyMap<string, number>
  total(): number
}

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Answers after some milliseconds, at most as long as is asked. */
export const countingUpstream = async (): Promise<CountingUpstream> => {
  const billed = new Map<string, number>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await read(request)) as { readonly max_tokens?: number; readonly model: string }
    const trace = String(request.headers['traceparent']).split('-')[1] ?? ''
    await new Promise(resolve => setTimeout(resolve, 5 + Math.random() * 40))
    if (response.destroyed) return
    const usage = {
      prompt_tokens: 10 + Math.floor(Math.random() * 20),
      completion_tokens: 1 + Math.floor(Math.random() * (body.max_tokens ?? 100)),
    }
    response.once('finish', () => {
      const before = billed.get(trace) ?? 0
      billed.set(trace, before + usage.prompt_tokens * perInput + usage.completion_tokens * perOutput)
    })
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: body.model,
        choices: [{ index: 0, message: { role: 'assistant', content: 'words' }, finish_reason: 'stop' }],
        usage,
      }),
    )
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    billed,
    total: () => [...billed.values()].reduce((sum, one) => sum + one, 0),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
