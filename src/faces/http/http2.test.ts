/** The same port for HTTP/1.1 and, by prior knowledge, for HTTP/2: AWS's client speaks nothing else unless told to. */
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { millis } from '../../domain/units.ts'
import { openFace, secret } from '../../../test/http-face.ts'
import { failing, words } from '../../../test/fake-gateway.ts'
import { deliveryOf, nothing } from '../../domain/delivery.ts'

const key = secret
const clientOf = (port: number) =>
  new BedrockRuntimeClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: key, secretAccessKey: 'nobody looks at it' },
    maxAttempts: 1,
  })
const chatHead = {
  ':method': 'POST',
  ':path': '/v1/chat/completions',
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
}
const messages = [{ role: 'user' as const, content: [{ text: 'hello' }] }]

describe('HTTP/2', () => {
  it("is how AWS's client comes, whole and streamed", async () => {
    using open = await openFace()
    const client = clientOf(open.face.port)
    const answer = await client.send(new ConverseCommand({ modelId: 'support', messages }))
    expect(answer.output?.message?.content?.[0]?.text).toBe('Hello there')
    const streamed = await client.send(new ConverseStreamCommand({ modelId: 'support', messages }))
    let text = ''
    for await (const event of streamed.stream ?? []) text += event.contentBlockDelta?.delta?.text ?? ''
    expect(text).toBe('Hello there')
    client.destroy()
  })

  it('tells errors in the words that this client reads', async () => {
    using open = await openFace()
    open.gateway.play = failing({ kind: 'upstream-rate-limited', message: 'slow down' })
    const client = clientOf(open.face.port)
    await expect(client.send(new ConverseCommand({ modelId: 'support', messages }))).rejects.toMatchObject({
      name: 'ThrottlingException',
    })
    client.destroy()
  })

  it('ends the call when a client closes its stream', async () => {
    using open = await openFace()
    open.gateway.play = asked => asked.begin()
    const session = connectHttp2(`http://127.0.0.1:${open.face.port}`)
    const next = open.gateway.next()
    const stream = session.request(chatHead)
    stream.on('error', () => undefined)
    stream.end(JSON.stringify({ model: 'support', messages: [{ role: 'user', content: 'hi' }] }))
    const asked = await next
    stream.close()
    await asked.aborted
    expect(asked.isAborted).toBe(true)
    session.destroy()
  })

  it('ends the call when a client closes its connection without a word about its streams', async () => {
    using open = await openFace()
    open.gateway.play = asked => asked.begin()
    const socket = connect(open.face.port, '127.0.0.1')
    const session = connectHttp2(`http://127.0.0.1:${open.face.port}`, { createConnection: () => socket })
    session.on('error', () => undefined)
    const next = open.gateway.next()
    const stream = session.request(chatHead)
    stream.on('error', () => undefined)
    stream.end(JSON.stringify({ model: 'support', messages: [{ role: 'user', content: 'hi' }] }))
    const asked = await next
    session.destroy()
    await asked.aborted
    expect(asked.isAborted).toBe(true)
  })

  it.each([
    ['a tunnel', { ':method': 'CONNECT', ':authority': 'example.com:443' }, undefined],
    ['trailers after a body of known length', { ...chatHead, trailer: 'x-sum', 'content-length': '2' }, '{}'],
    ['a length that is none', { ...chatHead, 'content-length': 'x' }, '{}'],
    ['a body where none belongs', { ':method': 'GET', ':path': '/healthz' }, 'POST / HTTP/1.1\r\n\r\n'],
    ['another way than is known', { ':method': 'BREW', ':path': '/v1/models' }, '{}'],
  ])('answers %s or refuses it, and serves on', async (_what, head, body) => {
    using open = await openFace()
    const session = connectHttp2(`http://127.0.0.1:${open.face.port}`)
    session.on('error', () => undefined)
    const stream = session.request(head, { endStream: body === undefined && head[':method'] !== 'CONNECT' })
    stream.on('error', () => undefined)
    if (body !== undefined) stream.end(body)
    await new Promise(resolve => stream.resume().once('close', resolve))
    expect((await open.get('/healthz')).status).toBe(200)
    session.destroy()
  })

  it('does not make a client say the rest of what was refused', async () => {
    using open = await openFace({ limits: { linger: millis(1) } })
    const session = connectHttp2(`http://127.0.0.1:${open.face.port}`)
    const stream = session.request(chatHead)
    stream.on('error', () => undefined)
    const status = new Promise(resolve => stream.once('response', head => resolve(head[':status'])))
    stream.write(Buffer.alloc(1024 * 1024 + 1, 'x'))
    expect(await status).toBe(413)
    await new Promise(resolve => stream.resume().once('close', resolve))
    session.destroy()
  })

  it('leaves a client that does not read, and stops its upstream', async () => {
    using open = await openFace({ limits: { stall: millis(50) } })
    open.gateway.play = asked => asked.begin({ lane: 'express' })
    const session = connectHttp2(`http://127.0.0.1:${open.face.port}`)
    const next = open.gateway.next()
    const stream = session.request(chatHead)
    stream.on('error', () => undefined).pause()
    stream.end(JSON.stringify({ model: 'support', stream: true, messages: [{ role: 'user', content: 'hi' }] }))
    const asked = await next
    const frame = new TextEncoder().encode(`data: {"x":"${'a'.repeat(64 * 1024)}"}\n\n`)
    const fill = (): void => {
      for (let left = 1_000; left > 0; left--) {
        if (!asked.sink.deliver({ ...nothing, bytes: frame, content: true })) return
      }
    }
    asked.flow.resume = fill
    fill()
    await asked.aborted
    session.destroy()
  })

  it('gives a client every byte, however often it had to wait, and keeps nothing of each wait', async () => {
    using open = await openFace()
    open.gateway.play = asked => asked.begin({ lane: 'express' })
    const warnings: string[] = []
    const warn = ({ name }: Error): void => void warnings.push(name)
    process.on('warning', warn)
    const session = connectHttp2(`http://127.0.0.1:${open.face.port}`)
    const next = open.gateway.next()
    const stream = session.request(chatHead)
    stream.end(JSON.stringify({ model: 'support', stream: true, messages: [{ role: 'user', content: 'hi' }] }))
    const asked = await next
    const frame = new TextEncoder().encode(`data: {"x":"${'a'.repeat(64 * 1024)}"}\n\n`)
    let [sent, waits] = [0, 0]
    const go = (): void => {
      while (sent++ < 200) {
        if (asked.sink.deliver({ ...nothing, bytes: frame, content: true })) continue
        waits += 1
        return
      }
      asked.end()
    }
    asked.flow.resume = go
    go()
    let bytes = 0
    stream.on('data', (piece: Buffer) => (bytes += piece.length))
    await once(stream, 'end')
    process.off('warning', warn)
    expect(bytes).toBe(200 * frame.length)
    expect(waits).toBeGreaterThan(20)
    expect(warnings).toEqual([])
    session.destroy()
  })

  it('keeps an idle connection for as long as one of HTTP/1.1, and one at work for longer', async () => {
    using open = await openFace({ limits: { keepAlive: millis(50) } })
    open.gateway.play = asked => asked.begin()
    const atWork = connectHttp2(`http://127.0.0.1:${open.face.port}`)
    const next = open.gateway.next()
    const stream = atWork.request(chatHead)
    stream.on('error', () => undefined).resume()
    stream.end(JSON.stringify({ model: 'support', messages: [{ role: 'user', content: 'hi' }] }))
    const asked = await next
    const idle = connectHttp2(`http://127.0.0.1:${open.face.port}`)
    await once(idle, 'close')
    expect(asked.isAborted).toBe(false)
    expect(atWork.closed).toBe(false)
    asked.sink.deliver(deliveryOf(words('Hello')))
    asked.end()
    await once(atWork, 'close')
  })

  it('does not keep the house open: connections that say nothing, and sessions, end with it', async () => {
    const open = await openFace()
    const silent = connect(open.face.port, '127.0.0.1')
    const session = connectHttp2(`http://127.0.0.1:${open.face.port}`)
    await new Promise(resolve => session.once('remoteSettings', resolve))
    const gone = Promise.all([
      new Promise(resolve => silent.once('close', resolve)),
      new Promise(resolve => session.once('close', resolve)),
    ])
    await open.face.close()
    await gone
    expect(session.destroyed).toBe(true)
    await sleep(0)
  })
})
