/** The catalogue on the command line: what is known and from where, and refreshing it from a file or an address. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder, run } from '../../../test/command-line.ts'
import type { Folder } from '../../../test/command-line.ts'

const own = {
  catalogue: 1,
  models: [{ providers: ['openai'], names: ['gpt-4o-mini'], price: { input: 7, output: 9 }, source: 'our contract' }],
}
const litellm = {
  'gpt-of-tomorrow': {
    litellm_provider: 'openai',
    mode: 'chat',
    input_cost_per_token: 1e-6,
    output_cost_per_token: 2e-6,
  },
}

let files: Folder
let server: Server
let address: string
beforeAll(async () => {
  files = await folder()
  server = createServer((request, response) => {
    if (request.url === '/prices.json') response.end(JSON.stringify(litellm))
    else if (request.url === '/page') response.end('<html>moved</html>')
    else if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '1000' }).write('{"catalogue": 1')
      response.destroy()
    } else response.writeHead(404).end('not here')
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise(closed => server.close(closed))
  await files[Symbol.asyncDispose]()
})

describe('showing a model', () => {
  it('tells its price at every length and hour, with each source', async () => {
    const { code, out } = await run(['catalogue', 'show', 'claude-sonnet-4-5', '--provider', 'anthropic'])
    expect(code).toBe(0)
    expect(out).toContain('anthropic/claude-sonnet-4-5\n  price: $3 in, $0.3 in from the cache')
    expect(out).toContain('inputs of more than 200,000 tokens: $6 in')
    expect(out).toContain('batch: 50 % of the price')
    expect(out).toContain('from the shipped price list: anthropic/claude-sonnet-4-5; over it our list https://')
    expect(out).toContain('window 200,000 tokens')
    expect(out).toMatch(/accepts text, tools, .* from our list/)
  })
  it('tells of everybody who serves it', async () => {
    const { out } = await run(['catalogue', 'show', 'gpt-4o'])
    expect(out.match(/^\S+\/gpt-4o$/gm)).toEqual(expect.arrayContaining(['openai/gpt-4o', 'azure/gpt-4o']))
  })
  it('as JSON is one document', async () => {
    const { out } = await run(['catalogue', 'show', 'whisper-1', '--provider', 'openai', '--json'])
    expect(JSON.parse(out)).toMatchObject({
      model: 'whisper-1',
      known: [
        { provider: 'openai', accepts: ['transcription', 'translation'], price: { secondPerMillion: 100_000_000 } },
      ],
    })
  })
  it('that nobody knows says so, and that it is unpriced', async () => {
    const { code, out, err } = await run(['catalogue', 'show', 'gpt-of-tomorrow'])
    expect([code, out]).toEqual([1, ''])
    expect(err).toBe('nothing is known of "gpt-of-tomorrow": it is unpriced, and accepts whatever it is asked\n')
  })
  it('at a provider that does not exist says which one is near', async () => {
    const { code, err } = await run(['catalogue', 'show', 'gpt-4o', '--provider', 'opnai'])
    expect(code).toBe(2)
    expect(err).toMatch(/^no type of provider "opnai"; did you mean "openai"\?/)
  })
  it('of a configuration tells what that makes of it', async () => {
    const path = await files.write(
      'priced.yaml',
      'providers: { o: { type: openai, key: "${KEY}" } }\ndeployments: { mini: { provider: o, model: gpt-4o-mini, price: { input: 0.1, output: 0.2 } } }\nstore: { durable: memory }\n',
    )
    const { out } = await run(['catalogue', 'show', 'mini', '--provider', 'openai', '--config', path], {
      env: { KEY: 'k' },
    })
    expect(out).toMatch(
      /^deployment mini: o\/gpt-4o-mini\n {2}price: \$0\.1 in, \$0\.2 out, per million tokens\nopenai\/gpt-4o-mini\n {2}price: \$0\.15 in/,
    )
  })
})

describe('listing models', () => {
  it('tells a line for each', async () => {
    const { code, out } = await run(['catalogue', 'list', '--provider', 'cohere'])
    expect(code).toBe(0)
    expect(out.split('\n')).toContain('cohere/rerank-v3.5 | $2 a thousand searches')
    expect(out.split('\n')).toContain(
      'cohere/embed-v4.0 | $0.12 in, $0 out, per million tokens | window 128,000 tokens',
    )
  })
  it('as JSON has the prices as they are computed with', async () => {
    const { out } = await run(['catalogue', 'list', '--provider', 'voyage', '--json'])
    expect(JSON.parse(out)).toContainEqual(
      expect.objectContaining({ model: 'rerank-2.5', price: { inputPerMillion: 50_000, outputPerMillion: 0 } }),
    )
  })
})

describe('updating the catalogue', () => {
  it('from a file writes it where it is told, and counts from then on', async () => {
    const to = join(files.path, 'one', 'catalogue.json')
    const from = await files.write('own.json', own)
    const { code, out } = await run(['catalogue', 'update', '--from', from, '--to', to])
    expect(code).toBe(0)
    expect(out).toContain(`${to}: 1 model of 1 provider, 1 with a price (there was none before)`)
    const config = await files.write(
      'named.yaml',
      `catalogue: ${to}\nproviders: { o: { type: openai, key: "\${KEY}" } }\ndeployments: { mini: { provider: o, model: gpt-4o-mini } }\n`,
    )
    const shown = await run(['catalogue', 'show', 'gpt-4o-mini', '--provider', 'openai', '--config', config], {
      env: { KEY: 'k' },
    })
    expect(shown.out).toContain('deployment mini: o/gpt-4o-mini\n  price: $7 in, $9 out')
    expect(shown.out).toContain(`your file ${to}, from our contract`)
  })
  it('from an address reads other people’s formats', async () => {
    const to = join(files.path, 'two.json')
    const { code, err } = await run(['catalogue', 'update', '--from', `${address}/prices.json`, '--to', to])
    expect(code).toBe(0)
    expect(err).toBe(`reading ${address}/prices.json\n`)
    expect(JSON.parse(readFileSync(to, 'utf8'))).toMatchObject({
      catalogue: 1,
      source: `${address}/prices.json`,
      models: [{ providers: ['openai'], names: ['gpt-of-tomorrow'], price: { input: 1, output: 2 } }],
    })
  })
  it('goes where the configuration says, else beside its state', async () => {
    const from = await files.write('own.json', own)
    const state = join(files.path, 'var', 'state.db')
    const config = await files.write(
      'state.yaml',
      `store: { durable: "sqlite:${state}" }\nproviders: { o: { type: openai, key: "\${KEY}" } }\ndeployments: { mini: { provider: o, model: gpt-4o-mini } }\n`,
    )
    await run(['catalogue', 'update', '--from', from, '--config', config], { env: { KEY: 'k' } })
    expect(JSON.parse(readFileSync(join(files.path, 'var', 'catalogue.json'), 'utf8'))).toMatchObject({ catalogue: 1 })
  })
  it.each([
    ['/none', 'it answers 404 Not Found'],
    ['/page', 'is no JSON'],
    ['/cut', 'cannot read the catalogue'],
  ])('keeps the old one when %s answers something else', async (path, says) => {
    const to = await files.write('kept.json', own)
    const { code, err } = await run(['catalogue', 'update', '--from', `${address}${path}`, '--to', to])
    expect(code).toBe(1)
    expect(err).toContain(says)
    expect(JSON.parse(readFileSync(to, 'utf8'))).toEqual(own)
  })
  it('refuses a wrong one with its place, and leaves no file where there was none', async () => {
    const from = await files.write('wrong.json', { ...own, models: [{ ...own.models[0], price: { input: 'seven' } }] })
    const to = join(files.path, 'never.json')
    const { code, err } = await run(['catalogue', 'update', '--from', from, '--to', to])
    expect(code).toBe(1)
    expect(err).toMatch(/wrong\.json:\d+:\d+: error: models\[0\]\.price\.input: input is "seven"/)
    expect(existsSync(to)).toBe(false)
  })
  it('from a file that is not there says so', async () => {
    const { code, err } = await run([
      'catalogue',
      'update',
      '--from',
      join(files.path, 'absent.json'),
      '--to',
      'x.json',
    ])
    expect(code).toBe(1)
    expect(err).toContain('nothing was changed')
  })
})
