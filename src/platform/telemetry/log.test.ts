/** The log as it stands in a real file: one line a request, no secrets, and no reader can hold the house up. */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { settle, testClock } from '../../../test/clock.ts'
import { attemptOf, fallbackStory, settledEvent, storyStart } from '../../../test/story.ts'
import { logListener } from './log.ts'
import type { LogOptions } from './log.ts'

const folder = mkdtempSync(join(tmpdir(), 'log-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

const start = (change: Partial<LogOptions> = {}) => {
  const path = join(folder, `${(files += 1)}.log`)
  const log = logListener({ clock: testClock(storyStart), level: 'info', to: path, ...change })
  const lines = async (): Promise<readonly Record<string, unknown>[]> => {
    await log.flush()
    const text = readFileSync(path, 'utf8')
    expect(text === '' || text.endsWith('\n')).toBe(true)
    return text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Record<string, unknown>)
  }
  return { log, lines }
}

describe('the log', () => {
  it('has one line for each settled request', async () => {
    const { log, lines } = start()
    const event = settledEvent(fallbackStory())
    log.hear(event)
    expect(await lines()).toEqual([
      {
        level: 'info',
        time: '2026-01-01T12:00:00.000Z',
        msg: 'chat',
        request: event.request,
        trace: '0af7651916cd43dd8448eb211c80319c',
        span: 'a000000000000002',
        key: 'ci',
        team: 'search',
        target: 'support',
        pool: 'support',
        streamed: true,
        decision: 'decision-1',
        policy: 'tried',
        deployment: 'sonnet',
        provider: 'anthropic',
        model: 'claude-sonnet-4',
        lane: 'translated',
        input_tokens: 1000,
        output_tokens: 51,
        attempts: 2,
        fallback: 'upstream_5xx',
        status: 200,
        ms: 810,
        first_ms: 500,
        overhead_ms: 0.25,
        cost_usd: 0.002004,
        cost_source: 'usage',
      },
    ])
    await log.close()
  })
  it('tells failures of ours and of providers as errors, and of callers as they are', async () => {
    const { log, lines } = start()
    const failed = { attempts: [], served: undefined, decision: undefined }
    log.hear(
      settledEvent({ ...failed, failure: { kind: 'upstream-timeout', message: 'late', upstream: { status: 504 } } }),
    )
    log.hear(settledEvent({ ...failed, failure: { kind: 'target-unknown', message: 'who?' } }))
    expect(await lines()).toMatchObject([
      { level: 'error', status: 504, failure: 'upstream-timeout', upstream_status: 504 },
      { level: 'info', status: 404, failure: 'model_not_found' },
    ])
    await log.close()
  })
  it('tells only errors, or nothing, if so wished', async () => {
    const failure = { kind: 'internal', message: 'x' } as const
    for (const [level, count] of [
      ['error', 2],
      ['off', 0],
    ] as const) {
      const { log, lines } = start({ level })
      log.hear(settledEvent())
      log.hear(settledEvent({ failure }))
      log.tell('info', 'said')
      log.tell('error', 'complained')
      expect(await lines()).toHaveLength(count)
      await log.close()
    }
  })
  it('holds no secret and no word of prompts or providers, wherever they were planted', async () => {
    const canary = `sk-${'proj-'}aB3dE5fG7hJ9kL1mN3pQ5rS7`
    const { log, lines } = start()
    const said = {
      kind: 'upstream-invalid',
      message: `what is my diary? ${canary}`,
      upstream: { status: 400, code: canary },
    } as const
    log.hear(
      settledEvent({
        target: canary,
        failure: said,
        attempts: [attemptOf({ failure: said })],
        caller: { key: canary as never, team: canary },
      }),
    )
    log.tell('error', `the key ${canary} failed`, new Error(`Bearer ${canary}`))
    log.tell('error', 'a rejection', `text ${canary}`)
    const text = JSON.stringify(await lines())
    expect(text).not.toContain(canary)
    expect(text).not.toContain('diary')
    expect(text).toContain('the key [redacted] failed')
    await log.close()
  })
  it('tells an error with its stack', async () => {
    const { log, lines } = start()
    log.tell('error', 'it broke', new TypeError('this is not a function'))
    expect(await lines()).toMatchObject([
      {
        level: 'error',
        msg: 'it broke',
        error: 'this is not a function',
        stack: expect.stringContaining('log.test.ts'),
      },
    ])
    await log.close()
  })
  it('writes what was told before it closes, takes nothing more, and closes twice', async () => {
    const path = join(folder, 'closing.log')
    const log = logListener({ clock: testClock(), level: 'info', to: path })
    for (let turn = 0; turn < 1000; turn += 1) log.hear(settledEvent())
    await log.close()
    await log.close()
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(1001)
    log.hear(settledEvent())
    await log.flush()
    expect(log.dropped()).toBe(1)
  })
  it('drops and counts what a reader that has stopped reading does not take, and closes all the same', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    const clock = testClock()
    const log = logListener({ clock, level: 'info', to: pipe, room: 50_000 })
    for (let turn = 0; turn < 2000; turn += 1) {
      log.hear(settledEvent())
      if (turn % 50 === 0) await settle()
    }
    expect(log.dropped()).toBeGreaterThan(1000)
    const closed = log.close()
    await settle()
    clock.advance(2000)
    await closed
    closeSync(pipe)
  })
  it('survives a disk that takes nothing', async () => {
    const log = logListener({ clock: testClock(), level: 'info', to: '/dev/full' })
    for (let turn = 0; turn < 100; turn += 1) log.hear(settledEvent())
    await log.flush()
    expect(log.dropped()).toBeGreaterThan(0)
    await log.close()
  })
})
