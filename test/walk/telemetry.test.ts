/** What is told of requests, through the front door: spans to a collector, numbers for a scraper, and never a word of a prompt. */
import { readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { runSources } from '../child.ts'
import { folder } from '../command-line.ts'
import { collector } from '../otlp.ts'
import type { DecodedSpan, Value } from '../otlp.ts'
import { serveWorld } from '../../src/world/serve-world.ts'
import { serveTold } from '../told-server.ts'
import { openHouse, providerKey, twoDialects, until, virtualKey } from './open-house.ts'
import type { HouseOptions, OpenHouse } from './open-house.ts'

const parent = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' }
const traceparent = `00-${parent.trace}-${parent.span}-01`
const hello = [{ role: 'user' as const, content: 'Hello there' }]

type Collector = Awaited<ReturnType<typeof collector>>
const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close()
})
const collecting = async (...answer: Parameters<typeof collector>): Promise<Collector> => {
  const made = await collector(...answer)
  opened.push(made)
  return made
}
const house = async (otlp: string, options: HouseOptions = {}): Promise<OpenHouse> => {
  const made = await openHouse({
    more: `telemetry: { log: off, otlp: '${otlp}', headers: { x-team: blue } }`,
    ...options,
  })
  opened.push(made)
  return made
}
const metricsOf = async ({ url }: OpenHouse): Promise<string> => (await fetch(`${url}/metrics`)).text()
const spansOf = async (open: OpenHouse, { spans }: Collector): Promise<readonly DecodedSpan[]> => {
  await open.running.house.flush()
  return spans()
}
const plain = ({ attributes }: DecodedSpan): Readonly<Record<string, Value>> =>
  Object.fromEntries([...attributes].map(([name, { value }]) => [name, value]))

describe('the spans of a request', () => {
  it('are the request, its decision and each attempt, under the span of the caller', async () => {
    const told = await collecting()
    const open = await house(told.url)
    open.world.switches.change({ provider: 'openai' }, { fail: { kind: '503' } })
    const { response, data } = await open.openai.chat.completions
      .create(
        { model: 'both', messages: hello, temperature: 0.5, max_tokens: 40 },
        {
          headers: {
            traceparent,
            tracestate: 'acme=1',
            'x-tenant-id': 'acme',
            'x-signalbox-session': 'talk-7',
            'x-signalbox-task': 'chat',
          },
        },
      )
      .withResponse()
    const spans = await spansOf(open, told)
    const [server, route, first, second] = spans
    expect(spans).toHaveLength(4)
    if (!server || !route || !first || !second) return

    // One trace, nested: caller > SERVER > route > one CLIENT for each attempt.
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([parent.trace]))
    expect(spans.map(({ traceState }) => traceState)).toEqual(['acme=1', 'acme=1', 'acme=1', 'acme=1'])
    expect(spans.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'SERVER POST /v1/chat/completions',
      'INTERNAL route both',
      'CLIENT chat gpt-4o-mini-2024-07-18',
      'CLIENT chat claude-3-haiku-20240307',
    ])
    expect(server.parentSpanId).toBe(parent.span)
    expect(route.parentSpanId).toBe(server.spanId)
    expect([first.parentSpanId, second.parentSpanId]).toEqual([route.spanId, route.spanId])
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(4)
    const isWithin = (outer: DecodedSpan, inner: DecodedSpan): boolean =>
      outer.start <= inner.start && inner.end <= outer.end && inner.start <= inner.end
    expect([isWithin(server, route), isWithin(route, first), isWithin(route, second)]).toEqual([true, true, true])
    expect(first.end <= second.start).toBe(true)

    // What comes back names the same trace, and the attempt that served.
    expect(response.headers.get('traceresponse')).toBe(`00-${parent.trace}-${second.spanId}-01`)
    expect(response.headers.get('x-signalbox-span-id')).toBe(second.spanId)

    expect(plain(server)).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/v1/chat/completions',
      'http.response.status_code': 200n,
      'signalbox.pool': 'both',
      'signalbox.key.id': 'test',
      'signalbox.tenant': 'acme',
      'signalbox.task': 'chat',
      'signalbox.attempts': 2n,
      'signalbox.fallback.used': true,
      'signalbox.fallback.count': 1n,
      'signalbox.fallback.reason': response.headers.get('x-signalbox-fallback'),
      'signalbox.cost.amount': Number(response.headers.get('x-signalbox-cost-usd')),
      'signalbox.cost.currency': 'USD',
      'gen_ai.conversation.id': 'talk-7',
    })
    expect(server.status.code).toBe('UNSET')
    const policy = response.headers.get('x-signalbox-policy')?.split('@') ?? []
    expect(plain(route)).toMatchObject({
      'signalbox.policy.name': policy[0],
      'signalbox.policy.version': policy[1],
      'signalbox.decision.id': response.headers.get('x-signalbox-decision'),
      'signalbox.strategy': response.headers.get('x-signalbox-strategy'),
      'signalbox.candidates': ['mini', 'haiku'],
      'signalbox.scores': [1, 2],
      'signalbox.excluded': [],
      'signalbox.selected': 'haiku',
      'signalbox.confidence': 1,
      'signalbox.propensity': 1,
    })
    expect(plain(route)['signalbox.seed']).toMatch(/^req_/)
    expect(plain(first)).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini-2024-07-18',
      'server.address': '127.0.0.1',
      'server.port': BigInt(new URL(open.world.url).port),
      'signalbox.attempt.index': 0n,
      'signalbox.attempt.kind': 'primary',
      'signalbox.attempt.committed': false,
      'signalbox.attempt.cancelled': false,
      'error.type': 'upstream-overloaded',
    })
    expect(first.status.code).toBe('ERROR')
    expect(plain(second)).toMatchObject({
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-3-haiku-20240307',
      'gen_ai.response.model': 'claude-3-haiku-20240307',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 40n,
      'gen_ai.usage.input_tokens': BigInt(data.usage?.prompt_tokens ?? -1),
      'gen_ai.usage.output_tokens': BigInt(data.usage?.completion_tokens ?? -1),
      'gen_ai.response.finish_reasons': ['stop'],
      'signalbox.attempt.index': 1n,
      'signalbox.attempt.kind': 'fallback',
      'signalbox.attempt.trigger': 'upstream-overloaded',
      'signalbox.attempt.committed': true,
    })
    expect(second.status.code).toBe('UNSET')
    // Names of the conventions alone under `gen_ai.`, unless the configuration asks for more.
    const names = spans.flatMap(({ attributes }) => [...attributes.keys()])
    expect(names.filter(name => /^gen_ai\.(?:system|fallback|usage\.cost)/.test(name))).toEqual([])
    expect(told.received[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-team': 'blue' } })
    expect(told.received[0]?.traces.resource.get('service.name')?.value).toBe('signalbox')
  })

  it('begin a trace of their own where the caller has none', async () => {
    const told = await collecting()
    const open = await house(told.url)
    const { response } = await open.openai.chat.completions.create({ model: 'both', messages: hello }).withResponse()
    const [server, , attempt] = await spansOf(open, told)
    expect(server?.parentSpanId).toBe('')
    expect(server?.traceId).toMatch(/^(?!0{32})[\da-f]{32}$/)
    expect(response.headers.get('traceresponse')).toBe(`00-${server?.traceId}-${attempt?.spanId}-01`)
  })
  it('are not sent where the caller does not sample, and the trace goes on', async () => {
    const told = await collecting()
    const open = await house(told.url)
    const headers = { traceparent: `00-${parent.trace}-${parent.span}-00` }
    const asking = open.openai.chat.completions.create({ model: 'both', messages: hello }, { headers })
    const { response } = await asking.withResponse()
    expect(response.headers.get('traceresponse')).toMatch(new RegExp(`^00-${parent.trace}-[\\da-f]{16}-00$`))
    await open.openai.chat.completions.create({ model: 'both', messages: hello })
    expect((await spansOf(open, told)).map(({ traceId }) => traceId)).not.toContain(parent.trace)
  })
  it('tell of a client that left, of a name that is not there, and of a stream’s first chunk', async () => {
    const told = await collecting()
    const open = await house(told.url, {
      world: { pace: 0.2, script: () => ({ text: 'A word and another. '.repeat(100) }) },
    })
    const stream = await open.openai.chat.completions.create({ model: 'both', messages: hello, stream: true })
    for await (const { choices } of stream) if (choices[0]?.delta.content) break
    await until('it is settled', () => open.settled.length === 1)
    await expect(open.openai.chat.completions.create({ model: 'nobody', messages: hello })).rejects.toMatchObject({
      status: 404,
    })
    const spans = await spansOf(open, told)
    const [left, , attempt, unknown] = spans
    expect(spans).toHaveLength(4)
    expect(left && plain(left)).toMatchObject({
      // The head of the stream had told it before.
      'http.response.status_code': 200n,
      'error.type': 'cancelled',
      'signalbox.cost.source': 'estimate',
    })
    // Whoever leaves makes no error of ours.
    expect(left?.status.code).toBe('UNSET')
    expect(attempt && plain(attempt)).toMatchObject({
      'signalbox.attempt.cancelled': true,
      'signalbox.attempt.committed': true,
      'gen_ai.request.stream': true,
    })
    expect(attempt && Number(plain(attempt)['gen_ai.response.time_to_first_chunk'])).toBeGreaterThan(0)
    expect(unknown && plain(unknown)).toMatchObject({
      'http.response.status_code': 404n,
      'error.type': 'target-unknown',
    })
  })
})

/** Samples by name with labels; throws where a line is neither comment nor sample. */
const samplesOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => {
        const found = /^([a-z_]\w*(?:\{(?:[a-z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})?) (\+Inf|NaN|-?[\d.e+-]+)$/i.exec(line)
        if (found === null) throw new Error(`no sample: ${line}`)
        return [found[1] ?? '', Number(found[2])] as const
      }),
  )

describe('the numbers', () => {
  it('tell what happened: requests, attempts, fallbacks, tokens, cost, time', async () => {
    const open = await openHouse()
    opened.push(open)
    const ask = (model: string) => open.openai.chat.completions.create({ model, messages: hello })
    await ask('speaks-openai')
    const stream = await open.openai.chat.completions.create({
      model: 'speaks-anthropic',
      messages: hello,
      stream: true,
    })
    let chunks = 0
    for await (const chunk of stream) chunks += chunk.choices.length
    expect(chunks).toBeGreaterThan(2)
    open.world.switches.change({ provider: 'openai' }, { fail: { kind: '500' } })
    await ask('both')
    await ask('nobody').catch(() => undefined)
    await until('all are settled', () => open.settled.length === 4)
    const text = await metricsOf(open)
    const samples = samplesOf(text)
    const sum = (name: string, ...labels: readonly string[]): number =>
      [...samples].reduce(
        (total, [key, value]) =>
          total + (key.split('{')[0] === name && labels.every(one => key.includes(one)) ? value : 0),
        0,
      )
    expect(samples.get('signalbox_requests_total{pool="speaks-openai",status="200"}')).toBe(1)
    expect(samples.get('signalbox_requests_total{pool="speaks-anthropic",status="200"}')).toBe(1)
    expect(samples.get('signalbox_requests_total{pool="both",status="200"}')).toBe(1)
    expect(samples.get('signalbox_requests_total{pool="",status="404"}')).toBe(1)
    expect(sum('signalbox_attempts_total', 'deployment="mini"', 'outcome="ok"')).toBe(1)
    expect(sum('signalbox_attempts_total', 'deployment="mini"')).toBe(2)
    expect(sum('signalbox_attempts_total', 'deployment="haiku"', 'outcome="ok"')).toBe(2)
    expect(sum('signalbox_fallbacks_total', 'pool="both"')).toBe(1)
    expect(sum('signalbox_requests_in_flight')).toBe(0)
    const usd = open.settled.reduce((total, { cost }) => total + cost.amount, 0) / 1e6
    expect(usd).toBeGreaterThan(0)
    expect(sum('signalbox_cost_usd_total')).toBeCloseTo(usd, 9)
    const used = open.settled.flatMap(({ attempts }) => attempts.flatMap(({ usage }) => usage ?? []))
    const output = used.reduce((total, usage) => total + usage.output, 0)
    expect(sum('gen_ai_client_token_usage_sum', 'gen_ai_token_type="output"')).toBe(output)
    expect(sum('gen_ai_client_operation_duration_seconds_count')).toBe(4)
    expect(sum('gen_ai_server_request_duration_seconds_count')).toBe(4)
    expect(sum('gen_ai_server_time_to_first_token_seconds_count')).toBe(1)
    expect(sum('signalbox_overhead_seconds_count')).toBe(3)
    expect(samples.get('signalbox_telemetry_dropped_total{listener="journal"}')).toBe(0)
    // Every histogram's last bucket is its count, and none shrinks.
    const series = new Map<string, number[]>()
    for (const [key, value] of samples) {
      if (!key.includes('_bucket{')) continue
      const name = key.replace(/,?le="[^"]*"/, '')
      series.set(name, [...(series.get(name) ?? []), value])
    }
    expect(series.size).toBeGreaterThan(5)
    for (const [name, buckets] of series) {
      expect(buckets, name).toEqual(buckets.toSorted((left, right) => left - right))
      expect(samples.get(name.replace('_bucket', '_count')), name).toBe(buckets.at(-1))
    }
    for (const name of new Set(
      [...samples.keys()].map(key => key.split('{')[0]?.replace(/_(?:bucket|sum|count)$/, '')),
    )) {
      expect(text, name).toMatch(new RegExp(`^# TYPE ${name}(?:_sum|_count)? (?:counter|gauge|histogram)$`, 'm'))
    }
  })
})

describe('a collector that is not well', () => {
  const ask = async (open: OpenHouse, count: number): Promise<void> => {
    const asked = Array.from({ length: count }, () =>
      open.openai.chat.completions.create({ model: 'both', messages: hello }),
    )
    for (const answer of await Promise.all(asked)) expect(answer.choices[0]?.finish_reason).toBe('stop')
  }
  const droppedIn = (text: string): number | undefined =>
    samplesOf(text).get('signalbox_telemetry_dropped_total{listener="spans"}')

  it('that refuses costs no request anything, and what was lost is counted for all to see', async () => {
    const told = await collecting(response => void response.writeHead(400).end('no'))
    const open = await house(told.url)
    await ask(open, 20)
    await open.running.house.flush()
    expect(droppedIn(await metricsOf(open))).toBe(20)
  })
  it('that is not there, or never answers, costs no request anything and does not keep the house from closing', async () => {
    const nobody = createServer()
    await new Promise<void>(resolve => nobody.listen(0, '127.0.0.1', resolve))
    const { port } = nobody.address() as AddressInfo
    await new Promise(resolve => nobody.close(resolve))
    const silent = await collecting(() => undefined)
    const houses = [await house(`http://127.0.0.1:${port}`), await house(silent.url)]
    for (const open of houses) await ask(open, 200)
    await silent.until(1)
    for (const open of houses) {
      await ask(open, 20)
      expect(droppedIn(await metricsOf(open))).toBe(0)
    }
    // What waits is sent again and again until the house closes; then it is lost, and counted.
    opened.splice(1)
    await Promise.all(houses.map(open => open.close()))
    for (const open of houses) expect(droppedIn(open.running.house.metrics())).toBe(220)
  })
})

describe('words that nobody may repeat', () => {
  const canaries = {
    prompt: 'canary-prompt-7f3a',
    system: 'canary-system-8b2c',
    tool: 'canary-tool-9d1e',
    arguments: 'canary-arguments-a0f5',
    result: 'canary-result-b6e4',
    answer: 'canary-answer-c3d2',
    schema: 'canary-schema-d4c1',
  }
  /** What a provider says in an error, which may be the client's own words; nobody but the client is told. */
  const quoted = 'canary-quoted-e5b7'
  const secrets = {
    WORLD_KEY: 'sk-world-canary-0123456789abcdef',
    TEST_KEY: 'sk-sb-canary-0123456789abcdef01234',
    WRONG_KEY: 'sk-wrong-canary-fedcba9876543210ab',
  }

  it('are in no span, log line, journal, number or error, whatever the request came to', async () => {
    await using files = await folder()
    const told = await collecting()
    const world = await serveWorld({
      pace: 'instant',
      key: secrets.WORLD_KEY,
      script: ({ asked }) =>
        asked.text.includes('call')
          ? { calls: [{ name: 'weather', input: { city: canaries.answer } }] }
          : { text: canaries.answer },
    })
    opened.push(world)
    const rude = await serveTold(() => ({
      status: 400,
      whole: {
        error: {
          message: `I do not like "${quoted}"`,
          type: 'invalid_request_error',
          code: null,
          param: 'messages[1].content',
        },
      },
    }))
    opened.push(rude)
    const config = [
      twoDialects(world)
        .replace('providers:', `providers:\n  rude: { type: openai-compatible, url: '${rude.url}' }`)
        .replace('deployments:', 'deployments:\n  rude: { provider: rude, model: rude-1, accepts: [text, tools] }')
        .replace('pools:', 'pools:\n  rude: { candidates: [rude] }')
        .replace('type: anthropic, url', "type: anthropic, headers: { x-extra: '${WRONG_KEY}' }, url"),
      "keys: { test: { value: '${TEST_KEY}' } }",
      'server: { host: 127.0.0.1, port: 0 }',
      "store: { durable: 'sqlite:./state.db' }",
      `telemetry: { log: info, otlp: '${told.url}', compat: true }`,
    ].join('\n')
    const path = await files.write('signalbox.yaml', config)
    await using child = runSources(['serve', '--config', path], { cwd: files.path, env: secrets })
    const [, url = ''] = await child.until(/listens on (http:\S+)/)
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: secrets.TEST_KEY, maxRetries: 0 })
    const errors: string[] = []
    const keep = (error: unknown): void => void errors.push(JSON.stringify(error), String(error))

    const body = (model: string, text: string) => ({
      model,
      messages: [
        { role: 'system' as const, content: canaries.system },
        { role: 'user' as const, content: `${text} ${canaries.prompt}` },
        {
          role: 'assistant' as const,
          content: null,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function' as const,
              function: { name: 'weather', arguments: JSON.stringify({ city: canaries.arguments }) },
            },
          ],
        },
        { role: 'tool' as const, tool_call_id: 'call_1', content: canaries.result },
        { role: 'user' as const, content: text },
      ],
      tools: [
        {
          type: 'function' as const,
          function: {
            name: 'weather',
            description: canaries.tool,
            parameters: { type: 'object', properties: { [canaries.schema]: { type: 'string' } } },
          },
        },
      ],
    })
    const ask = async (model: string, text = 'say'): Promise<void> => {
      await client.chat.completions.create(body(model, text)).catch(keep)
      const stream = await client.chat.completions.create({ ...body(model, text), stream: true }).catch(keep)
      if (stream === undefined) return
      try {
        for await (const { id } of stream) expect(id).not.toBe('')
      } catch (error) {
        keep(error)
      }
    }
    for (const pool of ['speaks-openai', 'speaks-anthropic', 'both', 'nobody', 'rude']) {
      await ask(pool)
      await ask(pool, 'call')
    }
    for (const change of [
      { fail: { kind: '400-context' as const } },
      { fail: { kind: 'garbage' as const } },
      { cut: { afterChunks: 1, how: 'reset' as const } },
      { inbandError: { afterChunks: 1 } },
      { fail: { kind: '401' as const } },
    ]) {
      world.switches.change({}, change)
      await ask('both')
      world.switches.clear()
    }
    // Texts in places where they make no sense, so that errors might quote them.
    const post = async (text: string, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
      const asked = { authorization: `Bearer ${secrets.TEST_KEY}`, 'content-type': 'application/json', ...headers }
      for (const at of ['/v1/chat/completions', '/v1/messages', '/v1/route']) {
        const answer = await fetch(`${url}${at}`, { method: 'POST', headers: asked, body: text })
        errors.push(await answer.text(), JSON.stringify([...answer.headers]))
      }
    }
    const whole = JSON.stringify(body('both', 'say'))
    await post(whole.slice(0, -3))
    await post(whole.replace('"role":"user"', `"role":{"x":"${canaries.prompt}"}`))
    await post(`"${canaries.prompt}"`)
    await post(whole, { authorization: `Bearer ${secrets.WRONG_KEY}` })
    const metrics = await (await fetch(`${url}/metrics`)).text()
    child.kill('SIGTERM')
    expect((await child.ended).code).toBe(0)

    const journal = Buffer.concat(
      await Promise.all(
        (await readdir(files.path))
          .filter(name => name.startsWith('state.db'))
          .map(name => readFile(join(files.path, name))),
      ),
    ).toString('latin1')
    const spans = Buffer.concat(told.received.map(({ bytes }) => bytes)).toString('latin1')
    const places = { spans, journal, metrics, log: child.err(), out: child.out(), errors: errors.join('\n') }
    // All of them were written at all, so that what is not found in them is truly not there.
    expect(told.spans().length).toBeGreaterThan(50)
    expect(spans).toContain('claude-3-haiku-20240307')
    expect(journal).toContain('speaks-anthropic')
    expect(metrics).toMatch(/^signalbox_requests_total\{pool="both"/m)
    expect(
      child
        .err()
        .split('\n')
        .filter(line => line.startsWith('{')).length,
    ).toBeGreaterThan(25)
    expect(errors.length).toBeGreaterThan(20)
    const found = Object.entries(places).flatMap(([place, text]) =>
      [...Object.values(canaries), ...Object.values(secrets)]
        .filter(one => text.includes(one))
        .map(one => `${place}: ${one}`),
    )
    expect(found).toEqual([])
    expect(places.errors).toContain(quoted)
    expect(Object.entries(places).flatMap(([place, text]) => (text.includes(quoted) ? [place] : []))).toEqual([
      'errors',
    ])
    expect(providerKey + virtualKey).not.toContain('canary')
  })
})
