/** An HTTP server on loopback that answers with what it is told to say. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One answer: a whole body, or the text of a stream that is sent in pieces of a few bytes. */
export interface Told {
  readonly status?: number
  readonly whole?: unknown
  readonly stream?: string
}

/** Serves `told()` to every request until closed; gives its base address. */
export const serveTold = async (
  told: () => Told,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const { status = 200, whole, stream } = told()
      if (stream === undefined) {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(whole))
        return
      }
      response.writeHead(status, { 'content-type': 'text/event-stream' })
      const bytes = Buffer.from(stream)
      for (let at = 0; at < bytes.length; at += 97) response.write(bytes.subarray(at, at + 97))
      response.end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
