/** Signed requests against AWS's own examples, against AWS's own client, and against a server that computes every signature anew. */
import type { IncomingMessage } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Http2ServerRequest } from 'node:http2'
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { afterEach, describe, expect, it } from 'vitest'
import { arrived, checkSignature } from '../../test/aws-signature.ts'
import { settle, testClock } from '../../test/clock.ts'
import { ear, post, servers, transportContract } from '../../test/contract/transport.contract.ts'
import { millis } from '../domain/units.ts'
import type { ByteSource } from '../domain/operation.ts'
import type { Instant } from '../domain/units.ts'
import type { Exchange, Signing, Transport, WireRequest } from '../ports/transport.ts'
import { awsCredentialsIn, awsSigner } from './sign-aws.ts'
import { signingTransport } from './signing-transport.ts'
import { undiciTransport } from './undici-transport.ts'

const accessKeyId = 'AKIDEXAMPLE'
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const secretOf = (id: string): string | undefined => (id === accessKeyId ? secretAccessKey : undefined)
const signingFor = (service: string, more: object = {}): Signing => ({
  scheme: 'aws-sigv4',
  service,
  region: 'us-east-1',
  credentials: JSON.stringify({ accessKeyId, secretAccessKey, ...more }),
})
const soon = millis(5000)

transportContract('signingTransport', {
  make: clock => {
    const inner = undiciTransport({ clock })
    return { ...signingTransport(inner, { clock }), close: () => inner.close() }
  },
})
/** The laws ask for an authorization that is passed on, where a signature would stand: it travels under another name. */
const renamed = (headers: readonly string[], from: string, to: string): readonly string[] =>
  headers.map((one, at) => (at % 2 === 0 && one === from ? to : one))

transportContract('signingTransport, where everything is signed', {
  make: clock => {
    const inner = undiciTransport({ clock })
    const outer: Transport = {
      send(request, listener, within) {
        const place = request.headers.findIndex((one, at) => at % 2 === 0 && one === 'authorization')
        // What has no address is passed on as it is.
        if (place < 0) return inner.send(request, listener, within)
        expect(request.headers[place + 1]).toMatch(/^AWS4-HMAC-SHA256 /)
        const unsigned = request.headers.toSpliced(place, 2)
        return inner.send({ ...request, headers: renamed(unsigned, 'was', 'authorization') }, listener, within)
      },
    }
    const transport = signingTransport(outer, { clock })
    return {
      send: (request, listener, within) =>
        transport.send(
          { ...request, headers: renamed(request.headers, 'authorization', 'was'), signing: signingFor('bedrock') },
          listener,
          within,
        ),
      close: () => inner.close(),
    }
  },
})

/** The published examples of Signature Version 4: same date, same key, one change each. */
const examples: readonly (readonly [string, Pick<WireRequest, 'method' | 'url' | 'headers' | 'body'>, string])[] = [
  [
    'get-vanilla',
    { method: 'GET', url: 'https://example.amazonaws.com/', headers: [], body: '' },
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-vanilla-query-order-key-case',
    { method: 'GET', url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1', headers: [], body: '' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'post-vanilla',
    { method: 'POST', url: 'https://example.amazonaws.com/', headers: [], body: '' },
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'post-x-www-form-urlencoded',
    {
      method: 'POST',
      url: 'https://example.amazonaws.com/',
      headers: ['content-type', 'application/x-www-form-urlencoded', 'user-agent', 'is not signed'],
      body: 'Param1=value1',
    },
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
]

describe('a signature', () => {
  it.each(examples)("is that of AWS's example %s", async (_, request, signature) => {
    const now = Date.UTC(2015, 7, 30, 12, 36) as Instant
    const signed = await awsSigner()(request, signingFor('service'), now)
    expect(signed.headers.at(-1)).toContain(`Signature=${signature}`)
    expect(signed).toMatchObject({ method: request.method, url: request.url, body: request.body })
  })
})

/** A server that lets in only what is signed, and tells what it found. */
const bedrock = () => {
  const house = servers()
  const clock = testClock()
  const inner = undiciTransport({ clock })
  const transport = signingTransport(inner, { clock })
  const found: { target: string; headers: Record<string, unknown>; check: ReturnType<typeof checkSignature> }[] = []
  const judge = async (request: IncomingMessage | Http2ServerRequest): Promise<number> => {
    const whole = await arrived(request)
    const check = checkSignature(whole, secretOf)
    found.push({ target: whole.target, headers: whole.headers, check })
    return typeof check === 'string' ? 403 : 200
  }
  const answer = '{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn"}'
  const json = { 'content-type': 'application/json' }
  const open = async (date?: () => number): Promise<string> => {
    const url = await house.http((request, response) => {
      void judge(request).then(status => {
        if (date !== undefined) response.setHeader('date', new Date(date()).toUTCString())
        response.writeHead(status, json).end(answer)
      })
    })
    return url.replace('/v1/chat', '')
  }
  /** AWS's own client speaks HTTP/2 to this service. */
  const openHttp2 = async (): Promise<string> => {
    const server = createHttp2Server((request, response) => {
      void judge(request).then(status => response.writeHead(status, json).end(answer))
    })
    return `http://${await house.listen(server, '127.0.0.1')}`
  }
  return {
    clock,
    found,
    open,
    openHttp2,
    send(request: WireRequest) {
      const to = ear()
      return { ...to, exchange: transport.send(request, to.listener, soon) }
    },
    async close() {
      await inner.close()
      await house.close()
    },
  }
}

describe('signed requests', () => {
  let world = bedrock()
  afterEach(async () => {
    await world.close()
    world = bedrock()
  })
  const ask = async (url: string, more: Partial<WireRequest> = {}) => {
    const to = world.send({ ...post(url, '{"a":"ü"}'), signing: signingFor('bedrock'), ...more })
    await to.done()
    return to
  }
  /** As models are named: with a colon, as an inference profile, as an ARN with slashes. */
  const models = [
    'anthropic.claude-3-5-sonnet-20241022-v2:0',
    'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123',
  ]

  it.each(models)("are let in by a check that AWS's own client passes, for %s", async modelId => {
    const endpoint = await world.openHttp2()
    const official = new BedrockRuntimeClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey },
    })
    await official.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text: 'hi' }] }] }))
    official.destroy()
    const to = await ask(`${await world.open()}/model/${encodeURIComponent(modelId)}/converse`)
    expect(to.state.head?.status).toBe(200)
    const [theirs, ours] = world.found
    expect(ours?.target).toBe(theirs?.target)
    expect(theirs?.check).toMatchObject({ accessKeyId })
    expect(ours?.check).toEqual({
      accessKeyId,
      scope: '20260101/us-east-1/bedrock/aws4_request',
      signed: ['content-type', 'host', 'x-amz-date'],
    })
    expect(ours?.headers['x-amz-date']).toBe('20260101T000000Z')
  })

  it('may have a body that is read while it is sent, if it can be read for its hash before', async () => {
    const bytes = Buffer.from('0123456789')
    const source: ByteSource = {
      length: 10,
      async *open() {
        yield bytes.subarray(0, 4)
        yield bytes.subarray(4)
      },
    }
    const to = await ask(`${await world.open()}/x`, { body: ['{"a":"', { base64: source }, '"}'] })
    expect(to.state.head?.status).toBe(200)
    expect(world.found[0]?.check).toMatchObject({ signed: expect.arrayContaining(['x-amz-content-sha256']) })
  })

  it('may have a body in pieces, of which those that can be read once only are held, up to a bound', async () => {
    const url = `${await world.open()}/x`
    const once = (size: number): ByteSource => {
      let isSpent = false
      return {
        async *open() {
          expect(isSpent).toBe(false)
          isSpent = true
          for (let left = size; left > 0; left -= 1024) yield Buffer.alloc(Math.min(left, 1024), 49)
        },
        isSpent: () => isSpent,
      }
    }
    const held = await ask(url, { body: ['{"a":', once(3000), '}'] })
    expect(held.state.head?.status).toBe(200)
    expect(world.found[0]?.check).toMatchObject({ signed: expect.any(Array) })
    const to = await ask(url, { body: [once(33 * 1024 * 1024)] })
    expect(to.state.error).toMatchObject({ kind: 'unsigned', message: expect.stringContaining('at most 32 MiB') })
    const signed = await awsSigner()(
      { ...post(url), body: ['{"a":', Buffer.from('1}')] },
      signingFor('bedrock'),
      world.clock.now(),
    )
    const whole = await awsSigner()({ ...post(url), body: '{"a":1}' }, signingFor('bedrock'), world.clock.now())
    expect(signed.headers).toEqual(whole.headers)
  })

  it('carry the token of temporary credentials, signed', async () => {
    const to = await ask(`${await world.open()}/x?b=2&a=1%2F2`, {
      signing: signingFor('bedrock', { sessionToken: 'tok' }),
    })
    expect(to.state.head?.status).toBe(200)
    expect(world.found[0]?.headers).toMatchObject({ 'x-amz-security-token': 'tok' })
    expect(world.found[0]?.check).toMatchObject({ signed: expect.arrayContaining(['x-amz-security-token']) })
  })

  it('keep their other headers, and replace an authorization that was there', async () => {
    await ask(`${await world.open()}/x`, {
      headers: ['content-type', 'application/json', 'traceparent', '00-1', 'authorization', 'Bearer s3cret'],
    })
    expect(world.found[0]?.headers).toMatchObject({ traceparent: '00-1' })
    expect(JSON.stringify(world.found)).not.toContain('s3cret')
    expect(world.found[0]?.check).toMatchObject({ accessKeyId })
  })

  it('are refused where a byte of the body, the path or the key is another', async () => {
    const url = await world.open()
    const signed = await awsSigner()(post(`${url}/model/a`, '{"a":1}'), signingFor('bedrock'), world.clock.now())
    const other = signingFor('bedrock', { secretAccessKey: 'another' })
    for (const request of [
      { ...signed, body: '{"a":2}' },
      { ...signed, url: `${url}/model/b` },
      { ...post(url), signing: other },
    ]) {
      const to = world.send(request)
      await to.done()
      expect(to.state.head?.status).toBe(403)
    }
  })

  it('follow the clock of a server that is far from ours, from its first refusal on', async () => {
    const theirs = world.clock.now() + 600_000
    const url = `${await world.open(() => theirs)}/x`
    await ask(url)
    await ask(url)
    expect(world.found.map(one => one.headers['x-amz-date'])).toEqual(['20260101T000000Z', '20260101T001000Z'])
  })

  it('stay with our clock where a server is a little off', async () => {
    const url = `${await world.open(() => world.clock.now() + 60_000)}/x`
    await ask(url)
    await ask(url)
    expect(world.found.map(one => one.headers['x-amz-date'])).toEqual(['20260101T000000Z', '20260101T000000Z'])
  })

  it('are not sent where there is nothing to sign with, and the secret is not told', async () => {
    for (const credentials of ['s3cret', '{"accessKeyId":"s3cret"}', '[]', 'null']) {
      const to = await ask(`${await world.open()}/x`, { signing: { ...signingFor('bedrock'), credentials } })
      expect(to.heard).toEqual(['error unsigned'])
      expect(to.state.error?.message).toMatch(/^the request to 127\.0\.0\.1:\d+ could not be signed: the credentials /)
      expect(to.state.error?.message).not.toContain('s3cret')
    }
    expect(world.found).toEqual([])
  })

  it('stopped before they are signed are never sent, and nobody hears of them', async () => {
    const url = `${await world.open()}/x`
    for (const credentials of [signingFor('bedrock').credentials, 'nothing']) {
      const to = world.send({ ...post(url), signing: { ...signingFor('bedrock'), credentials } })
      to.exchange.stop()
      for (let turn = 0; turn < 10; turn += 1) await settle()
      expect(to.heard).toEqual([])
    }
    expect(world.found).toEqual([])
  })

  it('paused before they are signed hold their answer back until they are resumed', async () => {
    const heard: string[] = []
    const told: Exchange[] = []
    const transport = signingTransport(
      {
        send: () => ({
          pause: () => void heard.push('pause'),
          resume: () => void heard.push('resume'),
          stop: () => void heard.push('stop'),
        }),
      },
      { clock: world.clock },
    )
    const exchange = transport.send(
      { ...post('http://a.example/'), signing: signingFor('bedrock') },
      ear().listener,
      soon,
    )
    told.push(exchange)
    exchange.pause()
    await expect.poll(() => heard).toEqual(['pause'])
    exchange.resume()
    exchange.stop()
    expect(heard).toEqual(['pause', 'resume', 'stop'])
  })
})

describe('what is passed on unsigned', () => {
  it('is the very request, the very listener and the very exchange', () => {
    const sent: unknown[] = []
    const exchange: Exchange = { pause() {}, resume() {}, stop() {} }
    const transport = signingTransport(
      {
        send: (...given) => {
          sent.push(...given)
          return exchange
        },
      },
      { clock: testClock() },
    )
    const request = post('http://a.example/')
    const { listener } = ear()
    expect(transport.send(request, listener, soon)).toBe(exchange)
    expect(sent[0]).toBe(request)
    expect(sent[1]).toBe(listener)
  })
})

describe('credentials in text', () => {
  it('are taken from JSON, with what else stands there left out', () => {
    expect(awsCredentialsIn('{"accessKeyId":"a","secretAccessKey":"b","expiration":"x"}')).toEqual({
      accessKeyId: 'a',
      secretAccessKey: 'b',
    })
    expect(awsCredentialsIn('ABSKQmVkcm9ja0FQSUtleS0')).toBeUndefined()
  })
})
