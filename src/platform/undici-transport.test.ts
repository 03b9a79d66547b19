/** The door to the network against real sockets: the laws of a transport, and TLS. */
import { createServer } from 'node:https'
import { afterEach, describe, expect, it } from 'vitest'
import { ear, post, servers, transportContract } from '../../test/contract/transport.contract.ts'
import { certificateFor } from '../../test/certificate.ts'
import { testClock } from '../../test/clock.ts'
import { millis } from '../domain/units.ts'
import { undiciTransport } from './undici-transport.ts'

transportContract('undiciTransport', { make: clock => undiciTransport({ clock }) })

describe('TLS', () => {
  const house = servers()
  const { key, cert } = certificateFor('localhost')
  const https = async (): Promise<string> =>
    (
      await house.listen(
        createServer({ key, cert }, (_, response) => response.end('secure')),
        '127.0.0.1',
      )
    ).replace('127.0.0.1', 'localhost')
  const ask = async (url: string, ca?: string) => {
    const transport = undiciTransport({ clock: testClock(), ...(ca === undefined ? {} : { ca }) })
    const to = ear()
    transport.send(post(url), to.listener, millis(5000))
    await to.done()
    await transport.close()
    return to
  }
  afterEach(() => house.close())

  it('is spoken with a server whose certificate is trusted', async () => {
    const to = await ask(`https://${await https()}/v1`, cert)
    expect(to.heard).toEqual(['head', 'data', 'end'])
    expect(to.text()).toBe('secure')
  })
  it('is refused where nobody vouches for the certificate', async () => {
    const to = await ask(`https://${await https()}/v1`)
    expect(to.state.error).toMatchObject({
      kind: 'connect',
      message: expect.stringMatching(/^no connection to localhost:\d+: .*self-signed/),
    })
  })
  it('is refused where the certificate is for another name', async () => {
    const address = (await https()).replace('localhost', '127.0.0.1')
    const to = await ask(`https://${address}/v1`, cert)
    expect(to.state.error).toMatchObject({ kind: 'connect', message: expect.stringContaining('127.0.0.1') })
  })
  it('is missed where a server speaks none', async () => {
    const plain = await house.http((_, response) => response.end())
    const to = await ask(plain.replace('http:', 'https:'))
    expect(to.state.error?.kind).toBe('connect')
  })
})
