/** What a house was asked, as its reports and its audit log tell it afterwards. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder, run, start } from '../command-line.ts'
import type { Folder } from '../command-line.ts'
import { serveTold } from '../told-server.ts'

const env = { CI_KEY: 'sk-sb-ci-0123456789abcdef0123', ADS_KEY: 'sk-sb-ads-0123456789abcdef0123' }
const answer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1001, completion_tokens: 7, total_tokens: 1008 },
}

let files: Folder
let upstream: Awaited<ReturnType<typeof serveTold>>
let config: string
beforeAll(async () => {
  files = await folder()
  upstream = await serveTold(() => ({ whole: answer }))
  config = await files.write(
    'signalbox.yaml',
    `providers: { local: { type: openai-compatible, url: '${upstream.url}/v1' } }
deployments: { mini: { provider: local, model: mini, price: { input: 0.15, output: 0.6 } } }
pools: { all: { candidates: [mini] }, gold: { candidates: [mini] } }
tenancy: { organisations: { acme: {} }, teams: { search: { organisation: acme }, ads: { organisation: acme } } }
keys:
  ci: { value: '\${CI_KEY}', team: search, allow: { pools: [all] } }
  ads: { value: '\${ADS_KEY}', team: ads }
server: { host: 127.0.0.1, port: 0 }
store: { durable: 'sqlite:${files.path}/state.db' }
telemetry: { log: off }
`,
  )
})
afterAll(async () => {
  await upstream.close()
  await files[Symbol.asyncDispose]()
})

const ask = (url: string | undefined, key: string, model: string, tags: string): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'x-signalbox-tags': tags,
      'x-signalbox-run': 'run-7',
    },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  })

describe('a house that was asked', () => {
  it('reports every request to the millionth of a dollar, and what was refused is audited', async () => {
    const serving = start(['serve', '--config', config], { env })
    const [, url] = await serving.until(/listens on (http:\/\/\S+)/)
    const told: number[] = []
    for (let at = 0; at < 20; at += 1) {
      const response = await ask(url, at % 4 === 0 ? env.ADS_KEY : env.CI_KEY, 'all', `app=a${at % 2}`)
      told.push(Math.round(Number(response.headers.get('x-signalbox-cost-usd')) * 1_000_000))
      await response.text()
    }
    for (let at = 0; at < 6; at += 1) expect((await ask(url, env.CI_KEY, 'gold', 'app=a0')).status).toBe(403)
    serving.stop()
    expect((await serving.ended).code).toBe(0)
    const total = told.reduce((sum, cost) => sum + cost, 0)
    expect(total).toBeGreaterThan(0)

    const usage = (...options: string[]) => run(['usage', '--config', config, '--json', '--total', ...options], { env })
    const all = await usage('--by', 'organisation,team,model,run')
    expect(all.code, all.err).toBe(0)
    const { data } = JSON.parse(all.out) as { data: readonly Record<string, unknown>[] }
    expect(
      data.map(({ organisation, team, model, run: of, requests, failures }) => [
        organisation,
        team,
        model,
        of,
        requests,
        failures,
      ]),
    ).toEqual([
      ['acme', 'ads', 'mini', 'run-7', 5, 0],
      ['acme', 'search', '', 'run-7', 6, 6],
      ['acme', 'search', 'mini', 'run-7', 15, 0],
    ])
    for (const by of ['team', 'tag:app', 'key,provider']) {
      const usd = (JSON.parse((await usage('--by', by, '--every', 'hour')).out) as { total: { usd: string } }).total.usd
      expect(Math.round(Number(usd) * 1_000_000)).toBe(total)
    }

    const entries = (await run(['audit', 'list', '--config', config, '--json'], { env })).out.trimEnd().split('\n')
    const refused = entries.map(
      line => JSON.parse(line) as { action: string; object: string; after?: { times: number } },
    )
    expect(refused.map(one => [one.action, one.object, one.after?.times])).toEqual([
      ['refused.forbidden', 'chat gold', undefined],
      ['refused.forbidden', 'chat gold', 5],
    ])
    expect((await run(['audit', 'verify', '--config', config], { env })).out).toContain('is whole: 2 entries')
  })
})
