/** Serving: opens, answers, closes when asked to; and what keeps it from opening. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder, run, soundConfig, soundEnv, start } from '../../../test/command-line.ts'
import type { Folder } from '../../../test/command-line.ts'

let files: Folder
let config: string
beforeAll(async () => {
  files = await folder()
  config = await files.write('signalbox.yaml', soundConfig)
})
afterAll(async () => files[Symbol.asyncDispose]())

const env = soundEnv
const listens = /listens on (http:\/\/\S+)/

describe('a gateway that is served', () => {
  it('says where it listens and what it has, answers there, and closes when asked to', async () => {
    const serving = start(['serve', '--config', config], { env })
    const [, url] = await serving.until(listens)
    const models = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${env.CI_KEY}` } })
    expect(await models.text()).toContain('"support"')
    expect((await fetch(`${url}/v1/models`)).status).toBe(401)
    serving.stop()
    const { code, out, err } = await serving.ended
    expect(code).toBe(0)
    expect(out).toMatch(/pools: support, premium, tenants; 2 deployments; 1 virtual key$/m)
    expect(err).toMatch(/SIGINT: no new requests; 0 under way/)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    for (const secret of Object.values(env)) expect(out + err).not.toContain(secret)
  })
  it('listens where the command line says, over what the configuration says', async () => {
    const text = soundConfig.replace('port: 0', 'port: 1')
    const serving = start(
      ['serve', '--config', await files.write('port.yaml', text), '--port', '0', '--host', 'localhost'],
      { env },
    )
    const [, url = ''] = await serving.until(listens)
    expect(new URL(url).hostname).toBe('localhost')
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    serving.stop()
    expect((await serving.ended).code).toBe(0)
  })
})

describe('a configuration that changes while it is served', () => {
  it('is in force, and what has to wait for a restart is told', async () => {
    const path = await files.write('live.yaml', soundConfig)
    const serving = start(['serve', '--config', path], { env })
    const [, url] = await serving.until(listens)
    await files.write('live.yaml', soundConfig.replace('port: 0', 'port: 9').replace('log: off', 'log: error'))
    await serving.until(/live\.yaml has changed and is in force; server\.port, telemetry only after a restart/)
    await files.write('live.yaml', soundConfig.replace('  premium:', '  other:'))
    await serving.until(/live\.yaml has changed and is in force$/m)
    const models = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${env.CI_KEY}` } })
    expect(await models.text()).toContain('"other"')
    serving.stop()
    expect((await serving.ended).code).toBe(0)
  })
  it('never opens the door of a house that others can reach', async () => {
    const path = await files.write('door.yaml', soundConfig)
    const serving = start(['serve', '--config', path, '--host', '0.0.0.0'], { env })
    const [, url] = await serving.until(listens)
    // Sound by itself: the file says 127.0.0.1. The socket, however, is open to all.
    await files.write('door.yaml', soundConfig.replace(/^keys:.*\n/m, ''))
    await serving.until(/door\.yaml was refused: 0\.0\.0\.0 can be reached from other machines/)
    expect((await fetch(`${url}/v1/models`)).status).toBe(401)
    serving.stop()
    expect((await serving.ended).code).toBe(0)
  })
})

describe('what keeps a gateway from opening', () => {
  it('no configuration and no key in the environment: it says what to set', async () => {
    const { code, out, err } = await run(['serve'], { env: {} })
    expect(code).toBe(1)
    expect(err).toMatch(/no provider's key is set: set OPENAI_API_KEY.*--config/)
    expect(out).toBe('')
  })
  it('a configuration that is not there', async () => {
    const { code, err } = await run(['serve', '--config', `${files.path}/none.yaml`], { env })
    expect(code).toBe(2)
    expect(err).toMatch(/cannot read the configuration .*none\.yaml: there is no such file/)
  })
  it('an unsound configuration, told with its places', async () => {
    const path = await files.write('broken.yaml', soundConfig.replace('policy: cheapest', 'policy: cheapst'))
    const { code, err } = await run(['serve', '--config', path], { env })
    expect(code).toBe(1)
    expect(err).toMatch(/broken\.yaml:\d+:\d+: error: .*cheapst[^]*nothing was started/)
  })
  it('a virtual key whose file cannot be read', async () => {
    const path = await files.write('key.yaml', soundConfig.replace("'${CI_KEY}'", "'file:none.key'"))
    const { code, err } = await run(['serve', '--config', path], { env })
    expect(code).toBe(1)
    expect(err).toMatch(/none\.key/)
  })
  it('a virtual key that is too short to be one', async () => {
    const { code, err } = await run(['serve', '--config', config], { env: { ...env, CI_KEY: 'short' } })
    expect(code).toBe(1)
    expect(err).toMatch(/:\d+:\d+: error: keys\.ci\.value: .*CI_KEY has 5 characters; a key has 20 or more/)
    expect(err).not.toContain('short')
  })
  it('a store that cannot be opened', async () => {
    const path = await files.write(
      'store.yaml',
      soundConfig.replace('durable: memory', `durable: 'sqlite:${config}/state.db'`),
    )
    const { code, err } = await run(['serve', '--config', path], { env })
    expect(code).toBe(1)
    expect(err).toMatch(/state\.db/)
  })
  it('a port that is taken: it says so, and how to choose another', async () => {
    const other = createServer()
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    try {
      const { code, err } = await run(['serve', '--config', config, '--port', String(port)], { env })
      expect(code).toBe(1)
      expect(err).toMatch(
        new RegExp(
          `cannot listen on 127\\.0\\.0\\.1:${port}: another process listens there; choose another with --port`,
        ),
      )
    } finally {
      other.close()
    }
  })
  it('an address that is not this machine’s', async () => {
    const { code, err } = await run(['serve', '--config', config, '--host', '203.0.113.1'], { env })
    expect(code).toBe(1)
    expect(err).toMatch(/cannot listen on 203\.0\.113\.1:0: /)
  })
  it('--host that opens the door of a house without keys is refused as the file would be', async () => {
    const path = await files.write('open.yaml', soundConfig.replace(/^keys:.*\n/m, ''))
    const { code, err } = await run(['serve', '--config', path, '--host', '0.0.0.0'], { env })
    expect(code).toBe(1)
    expect(err).toMatch(/0\.0\.0\.0 can be reached from other machines, and there are no keys/)
  })
})
