/** The laws of every provider adapter, called by each implementation. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consequences } from '../../src/domain/failure.ts'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { CredentialId, DeploymentId, DialectId, ModelId, ProviderId } from '../../src/domain/ids.ts'
import type { Message, Part } from '../../src/domain/message.ts'
import type { ChatRequest } from '../../src/domain/request.ts'
import { tokens } from '../../src/domain/units.ts'
import type { Instant } from '../../src/domain/units.ts'
import { serverSentEvents } from '../../src/dialects/framing.ts'
import { dialects } from '../../src/dialects/registry.ts'
import type { Credential, ProviderAdapter } from '../../src/ports/provider.ts'
import type { WireRequest } from '../../src/ports/transport.ts'
import { asking, bodyText } from '../asking.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'

/** What a contract suite is given. An implementation may differ only by naming the law and the reason. */
export interface ProviderCase {
  readonly make: (credentials: readonly Credential[], url: string) => ProviderAdapter
  readonly except?: readonly { readonly law: string; readonly because: string }[]
}

const base = 'https://upstream.test/base'
const secret = 'top-secret-0123456789-value'
const clientKey = 'sk-sb-the-clients-own-key'
const credential: Credential = { id: 'c' as CredentialId, reference: '${THE_REFERENCE}', weight: 1 }
const now = 1_700_000_000_000 as Instant

const deploymentFor = (dialect: DialectId): Deployment => ({
  id: 'd' as DeploymentId,
  provider: 'p' as ProviderId,
  model: 'the-model' as ModelId,
  dialect,
  accepts: ['text'],
  maxOutput: tokens(4_096),
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
})

const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text }),
  fc.record({
    type: fc.constant('image' as const),
    mediaType: fc.constantFrom('image/png', ''),
    source: fc.oneof(fc.record({ url: fc.webUrl() }), fc.record({ base64: fc.base64String() })),
  }),
  fc.record({ type: fc.constant('reasoning' as const), text }),
  fc.record({
    type: fc.constant('tool-call' as const),
    callId: text,
    name: text,
    input: fc.constantFrom('', '{}', '{"a":', text.toString()),
  }),
  fc.record({
    type: fc.constant('tool-result' as const),
    callId: text,
    output: fc.array(fc.record({ type: fc.constant('text' as const), text }), { maxLength: 2 }),
    isError: fc.boolean(),
  }),
)
const message: fc.Arbitrary<Message> = fc.record({
  role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const, 'tool' as const),
  parts: fc.array(part, { maxLength: 3 }),
})
const anyRequest: fc.Arbitrary<ChatRequest> = fc
  .record({
    messages: fc.array(message, { maxLength: 5 }),
    tools: fc.array(fc.record({ name: text, inputSchema: fc.constantFrom(undefined, { type: 'object' }) }), {
      maxLength: 2,
    }),
    toolChoice: fc.constantFrom(undefined, 'auto' as const, 'none' as const, 'required' as const, { name: 'x' }),
    stream: fc.boolean(),
    choices: fc.integer({ min: 1, max: 3 }),
    sampling: fc.record(
      { temperature: fc.double({ min: 0, max: 2, noNaN: true }), seed: fc.integer() },
      { requiredKeys: [] },
    ),
  })
  .map(requestOf)

const headerNames = ({ headers }: WireRequest): readonly string[] => headers.filter((_, at) => at % 2 === 0)
/** The client's own body in the provider's dialect, with headers that must never leave the house. */
const expressRequest = (adapter: ProviderAdapter, stream: boolean): ChatRequest => {
  const json = {
    model: 'pool',
    stream,
    max_tokens: 5,
    messages: [{ role: 'user', content: 'hi' }],
    novel_field: { a: 1 },
  }
  const headers = ['authorization', `Bearer ${clientKey}`, 'x-api-key', clientKey, 'cookie', clientKey]
  return requestOf({ stream, raw: rawOf(adapter.dialect, json, headers) })
}

const bytes = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? new TextEncoder().encode(body) : body

type Json = Record<string, unknown>
const bodyIn = (wire: WireRequest): Json => JSON.parse(bodyText(wire)) as Json

/** Some dialects have the model in the body, others in the path. */
const asksFor = (model: string, wire: WireRequest): boolean =>
  bodyIn(wire)['model'] === model || new URL(wire.url).pathname.split(/[/:]/).includes(model)

/** The longest answer that is asked for, wherever the dialect says it. */
const lengthIn = (body: Json): unknown => {
  const { inferenceConfig = {}, generationConfig = {} } = body as Record<string, Json>
  const sent = Object.entries({ ...body, ...inferenceConfig, ...generationConfig })
  return sent.find(([member]) => /^(?:max_(?:completion_)?tokens|maxTokens|maxOutputTokens)$/.test(member))?.[1]
}

/** Runs the laws for one implementation. */
export const providerContract = (name: string, { make, except = [] }: ProviderCase): void => {
  const law = (title: string, check: () => void): void => {
    const exempt = except.find(one => one.law === title)
    it.skipIf(exempt !== undefined)(exempt === undefined ? title : `${title} (except: ${exempt.because})`, check)
  }
  const adapter = asking(make([credential], base))
  const deployment = deploymentFor(adapter.dialect)

  describe(`provider contract: ${name}`, () => {
    law('encode is total and gives JSON for the model at the address', () => {
      fc.assert(
        fc.property(anyRequest, request => {
          const { value, losses } = adapter.encode(request, deployment)
          expect(asksFor('the-model', value)).toBe(true)
          expect(value.url.startsWith(`${base}/`)).toBe(true)
          expect(value.headers.length % 2).toBe(0)
          expect(headerNames(value).every(one => one === one.toLowerCase())).toBe(true)
          for (const loss of losses) expect(loss.field === '' || loss.why === '').toBe(false)
        }),
        { numRuns: 60 },
      )
    })

    law('encode asks for a stream exactly when the client does', () => {
      for (const kind of ['translated', 'express'] as const) {
        const [streamed, whole] = [true, false].map(stream => {
          const request = kind === 'express' ? expressRequest(adapter, stream) : requestOf({ stream })
          return adapter.encode(request, deployment).value
        })
        const ways = [streamed, whole].map(one => (one === undefined ? '' : new URL(one.url).pathname))
        // Told by the path, or by the body.
        if (ways[0] !== ways[1]) expect(ways.map(path => /stream/i.test(path))).toEqual([true, false])
        else expect([streamed, whole].map(one => one && (bodyIn(one)['stream'] ?? false))).toEqual([true, false])
      }
    })

    law('a translated request asks for no longer an answer than the deployment can give', () => {
      for (const maxOutputTokens of [tokens(4_000), tokens(9_000)]) {
        const request = requestOf({ limits: { maxOutputTokens, stop: [] } })
        const { value, losses } = adapter.encode(request, deployment)
        const length = lengthIn(bodyIn(value))
        expect(length).toBe(Math.min(maxOutputTokens, 4_096))
        expect(losses).toHaveLength(length === maxOutputTokens ? 0 : 1)
      }
    })

    law('the express lane keeps fields that nobody knows', () => {
      const { value } = adapter.encode(expressRequest(adapter, false), deployment)
      expect(asksFor('the-model', value)).toBe(true)
      expect(bodyIn(value)).toMatchObject({ novel_field: { a: 1 } })
    })

    law("no secret is in encode's output, ours or the client's", () => {
      for (const request of [requestOf(), expressRequest(adapter, true)]) {
        const wire = JSON.stringify({ ...adapter.encode(request, deployment).value, body: '' })
        for (const hidden of [secret, credential.reference, 'THE_REFERENCE', clientKey])
          expect(wire).not.toContain(hidden)
      }
    })

    law('authorize puts the secret into one header, never into address or body', () => {
      const wire = adapter.encode(requestOf(), deployment).value
      const signed = adapter.authorize(wire, secret, now)
      expect(signed.url).toBe(wire.url)
      expect(signed.body).toBe(wire.body)
      expect(signed.headers.filter(one => one.includes(secret))).toHaveLength(1)
      expect(new Set(headerNames(signed)).size).toBe(headerNames(signed).length)
    })

    law('classify tells a failure for every status and body, without what looks like a key', () => {
      const bodies = [
        '',
        '{}',
        '[]',
        'null',
        '"x"',
        '{"error":null}',
        '{"error":"sk-abcdef012345"}',
        '<html>502</html>',
        '{"error":{"message":["x"],"code":{}}}',
      ]
      for (let status = 300; status < 600; status += 1) {
        for (const body of bodies) {
          const failure = adapter.classify({ status, headers: {}, body, now })
          expect(Object.hasOwn(consequences, failure.kind)).toBe(true)
          expect(failure.message).not.toContain('sk-abcdef')
        }
      }
      for (const status of [401, 403])
        expect(adapter.classify({ status, headers: {}, body: '', now }).kind).toBe('upstream-credential')
      expect(adapter.classify({ status: 429, headers: {}, body: '', now }).kind).toBe('upstream-rate-limited')
    })

    law(
      'a failure that is told inside a good answer has its kind, on every lane, and nothing of it is passed on',
      () => {
        const dialect = dialects.get(adapter.dialect)
        const framing = dialect?.framing ?? serverSentEvents
        const told = { kind: 'upstream-rate-limited', message: 'Rate limit reached, try again in 20s' } as const
        const error = dialect?.encodeFailure(told, 'req-1')
        const context = { id: 'a', model: 'm', now, streamUsage: false }
        const frames = dialect?.encodeStream(context).push({ type: 'response-failed', failure: told }) ?? []
        for (const stream of [true, false]) {
          for (const request of [requestOf({ stream }), expressRequest(adapter, stream)]) {
            // One that tells its errors in a header has none inside a good answer.
            if (!stream && error?.headers !== undefined) continue
            const type = stream ? framing.mediaType : 'application/json'
            const reader = adapter.read(request, { status: 200, headers: { 'content-type': type } })
            const sent = stream ? framing.join().write(frames) : JSON.stringify(error?.body)
            const deliveries = [reader.push(bytes(sent)), reader.end()]
            const failures = deliveries.flatMap(one => one.failure ?? [])
            expect(failures).toMatchObject([{ kind: 'upstream-rate-limited', retryAfter: 20_000 }])
            expect(deliveries.some(one => one.content || one.ended === true || (one.bytes?.length ?? 0) > 0)).toBe(
              false,
            )
          }
        }
      },
    )

    law('read never throws and never ends without an end or a failure', () => {
      const bodies = fc.oneof(
        fc.string(),
        fc.json(),
        fc.constantFrom(
          'data: {}\n\n',
          'data: [DONE]\n\n',
          'event: ping\ndata: {}\n\n',
          '{"choices":[]}',
          '{"content":[]}',
        ),
      )
      fc.assert(
        fc.property(
          bodies,
          fc.boolean(),
          fc.boolean(),
          fc.constantFrom('text/event-stream', 'application/json', 'text/html'),
          (body, stream, express, type) => {
            const request = express ? expressRequest(adapter, stream) : requestOf({ stream })
            const reader = adapter.read(request, { status: 200, headers: { 'content-type': type } })
            const deliveries = [reader.push(bytes(body)), reader.end()]
            expect(deliveries.some(one => one.ended === true || one.failure !== undefined)).toBe(true)
          },
        ),
        { numRuns: 150 },
      )
    })

    law('rates tells nothing where headers tell nothing', () => {
      expect(adapter.rates({ 'retry-after': '3', date: 'today' }, now)).toBeUndefined()
    })
  })
}
