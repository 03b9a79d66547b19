/** The demo house: what it says when it opens, and recorded prompts driven through it. */
import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { folder, run, start } from '../../../test/command-line.ts'
import type { Folder } from '../../../test/command-line.ts'
import type { Driven } from './drive.ts'

/** The demo house keeps its state where it is started. */
const home = process.cwd()
let files: Folder
beforeEach(async () => {
  files = await folder()
  process.chdir(files.path)
})
afterEach(async () => {
  process.chdir(home)
  await files[Symbol.asyncDispose]()
})

/** A port that was free a moment ago. */
const freePort = async (): Promise<string> => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return String(port)
}

const drivenOf = (out: string): readonly Driven[] => JSON.parse(out) as readonly Driven[]

describe('a drive through a house of its own', () => {
  it('sends so many prompts, draws what came of them, and leaves nothing running', async () => {
    const { code, out, err } = await run(['demo', '--drive', '20', '--pace', '0'])
    expect(code).toBe(0)
    expect(out).toMatch(/^20 of 20 recorded prompts$/m)
    expect(out).toMatch(/model +│ share +│ requests +│ +right +│ +cost +│ fallbacks/)
    const requests = [...out.matchAll(/^│ \S+\/\S+ +│[^│]+│ +(\d+) │/gm)].map(([, count]) => Number(count))
    expect(requests.reduce((sum, count) => sum + count, 0)).toBe(20)
    expect(out).toMatch(/^right answers +\d+\.\d %, always \S+: \d+\.\d %$/m)
    expect(out).toMatch(/^cost +\$\d+\.\d{4}, always \S+: \$\d+\.\d{4} \(\d+\.\d % of it\)$/m)
    expect(out).toMatch(/^fallbacks +\d+/m)
    expect(out).toMatch(/^unanswered +0$/m)
    expect(err).toMatch(/^2 of 20\n4 of 20\n/)
    expect(err).not.toContain('\u001b')
    // Its journal stays, for a replay; a note that others would look for does not.
    expect((await readdir('.signalbox')).filter(name => name.endsWith('.json'))).toEqual([])
    expect(
      (
        await run([
          'replay',
          '--log',
          '.signalbox/state.db',
          '--policy',
          await files.write('p.yaml', 'steps: [{ use: cheap }]'),
        ])
      ).out,
    ).toMatch(/^20 recorded decisions/)
  })
  it('shows where the traffic of a provider goes that is gone, and that nobody is left without an answer', async () => {
    const argv = ['demo', '--drive', '90', '--pace', '0', '--json', '--outage', 'openai']
    const { code, out } = await run(argv)
    expect(code).toBe(0)
    const driven = drivenOf(out)
    const isOpenai = ({ model }: Driven): boolean => model?.startsWith('openai/') === true
    expect(driven.filter(({ error }) => error !== undefined)).toEqual([])
    expect(driven.slice(0, 30).some(isOpenai)).toBe(true)
    expect(driven.some(({ fallback }) => fallback === 'upstream_unreachable')).toBe(true)
    // Some that were under way when it went may still have been answered.
    expect(driven.slice(45, 60).filter(isOpenai)).toEqual([])
  })
  it('tells of a provider that is not there', async () => {
    const { code, err } = await run(['demo', '--drive', '9', '--pace', '0', '--outage', 'opnai'])
    expect(code).toBe(2)
    expect(err).toContain('there is no provider')
  })
  it('as JSON is every answer, and the same seed asks the same', async () => {
    const argv = ['demo', '--drive', '5', '--pace', '0', '--json', '--width', '1', '--policy', 'quality-first']
    const first = drivenOf((await run(argv)).out)
    expect(first).toHaveLength(5)
    for (const { model, usd, attempts, error } of first) {
      expect(error).toBeUndefined()
      expect(model).toMatch(/\//)
      expect(usd).toBeGreaterThan(0)
      expect(attempts).toBe(1)
    }
    const again = drivenOf((await run(argv)).out)
    expect(again).toEqual(first)
    const other = drivenOf((await run([...argv, '--seed', 'another'])).out)
    expect(other).not.toEqual(first)
  })
  it('of streams with a tag is raced where the policy says so, tells how soon they began, and what they cost', async () => {
    const words = ['--policy', 'race-then-fast', '--tag', 'path=voice', '--stream']
    const argv = ['demo', '--drive', '20', '--pace', '0', ...words]
    const driven = drivenOf((await run([...argv, '--json'])).out)
    expect(driven.filter(({ error }) => error !== undefined)).toEqual([])
    expect(driven.every(({ usd, firstContent = 0 }) => usd > 0 && firstContent > 0)).toBe(true)
    expect(driven.some(({ attempts, fallback }) => attempts === 2 && fallback === undefined)).toBe(true)
    const { out } = await run(argv)
    expect(out).toMatch(/^first content +p50 \d+ ms, p95 \d+ ms, p99 \d+ ms$/m)
    expect(out).toMatch(/^asked of two +\d+, the losers' cost included$/m)
    const plain = await run(['demo', '--drive', '5', '--pace', '0', '--policy', 'race-then-fast'])
    expect(plain.out).not.toMatch(/first content|asked of two/)
  })
  it('draws over itself where someone looks', async () => {
    const { err } = await run(['demo', '--drive', '3', '--pace', '0'], { isLive: true })
    expect(err).toMatch(/1 of 3 recorded prompts/)
    // Up over what was drawn, and the rest of the screen cleared.
    expect(err.replaceAll('\u001b', 'ESC')).toMatch(/ESC\[\d+FESC\[J/)
  })
  it('in which nobody answers is a finding, and the picture says why', async () => {
    const { code, out } = await run(['demo', '--drive', '2', '--pace', '0', '--policy', 'floor-then-cheep'])
    expect(code).toBe(1)
    expect(out).toMatch(/unanswered +2, the first: .*no policy "floor-then-cheep"; did you mean "floor-then-cheap"/)
  })
})

describe('a house that stays open', () => {
  it('says each key alone on a line after its label, and a drive goes through it', async () => {
    const port = await freePort()
    const open = start(['demo', '--port', port, '--pace', '0'])
    await open.until(/demo --drive 200/)
    const out = open.out()
    expect(out).toMatch(/^Admin key:\nsk-sb-admin-[\w-]{20,}$/m)
    const key = /^Virtual key:\n(sk-sb-(?!admin-)[\w-]{20,})$/m.exec(out)?.[1]
    expect(key).toBeDefined()
    expect(out).toMatch(/^Policies for --policy: floor-then-cheap, .*, race-then-fast, adaptive$/m)
    expect(out).toMatch(new RegExp(`^curl .*127\\.0\\.0\\.1:${port}/v1/chat/completions.*${key}`, 'm'))

    const driven = await run(['demo', '--drive', '7', '--port', port, '--json'])
    expect(driven.code).toBe(0)
    expect(drivenOf(driven.out)).toHaveLength(7)
    // The open one served them: no other was opened.
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(metrics).toMatch(/^signalbox_requests_total\{pool="recorded",status="200"\} 7$/m)

    const second = await run(['demo', '--port', port])
    expect(second.code).toBe(1)
    expect(second.err).toMatch(new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: another process listens there`))
    // The second one's end took nothing of the first's.
    expect((await run(['demo', '--drive', '1', '--port', port])).code).toBe(0)
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toMatch(/status="200"\} 8$/m)

    open.stop()
    const { code, err } = await open.ended
    expect(code).toBe(0)
    expect(err).toMatch(/SIGINT: closing; 0 requests under way/)
    expect(await readdir('.signalbox')).toEqual(['state.db', 'state.meters.db'])
  })
  it('whose note was left behind by a killed one is not looked for', async () => {
    const port = await freePort()
    const before = await run(['demo', '--drive', '1', '--pace', '0'])
    expect(before.code).toBe(0)
    for (const note of [
      JSON.stringify({ url: `http://127.0.0.1:${port}`, key: 'sk-sb-gone' }),
      '{"url":',
      '{"url":5,"key":6}',
    ]) {
      await writeFile(join('.signalbox', `demo-${port}.json`), note)
      expect(await run(['demo', '--drive', '1', '--port', port, '--pace', '0'])).toMatchObject({ code: 0 })
    }
  })
})

it('a folder that cannot be made is told, not thrown', async () => {
  await files.write('.signalbox', 'a file in the way')
  const { code, err } = await run(['demo', '--port', '0'])
  expect(code).toBe(1)
  expect(err).toMatch(/keeps its state in \.\/\.signalbox, which cannot be made: EEXIST/)
})
