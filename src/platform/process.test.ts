/** The process's own gifts: time that never goes back, names that never repeat, secrets that are never told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { testClock } from '../../test/clock.ts'
import { millis } from '../domain/units.ts'
import { processIds, processSecrets, systemClock } from './process.ts'

describe('the system clock', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it('tells milliseconds since the epoch with fractions, and never goes back', () => {
    const clock = systemClock()
    const told = Array.from({ length: 2000 }, () => clock.now())
    expect(told.every((now, at) => at === 0 || now >= (told[at - 1] ?? Infinity))).toBe(true)
    expect(told.some(now => !Number.isInteger(now))).toBe(true)
    expect(Math.abs((told[0] ?? 0) - Date.now())).toBeLessThan(5000)
  })
  it('follows the machine where its clock jumps ahead, and stays where it jumps back', () => {
    const clock = systemClock()
    const before = clock.now()
    const really = Date.now()
    const wall = vi.spyOn(Date, 'now').mockReturnValue(really + 3_600_000)
    expect(clock.now() - before).toBeGreaterThan(3_590_000)
    wall.mockReturnValue(really - 3_600_000)
    expect(clock.now() - before).toBeGreaterThan(3_590_000)
  })
  it('calls after the time is over, and not when taken back', () => {
    vi.useFakeTimers()
    const clock = systemClock()
    const calls: string[] = []
    clock.after(millis(10), () => calls.push('ten'))
    const takeBack = clock.after(millis(5), () => calls.push('five'))
    takeBack()
    takeBack()
    vi.advanceTimersByTime(9)
    expect(calls).toEqual([])
    vi.advanceTimersByTime(1)
    expect(calls).toEqual(['ten'])
  })
  it('can wait longer than one timer of Node', () => {
    vi.useFakeTimers()
    const clock = systemClock()
    const month = 31 * 24 * 3_600_000
    const calls: string[] = []
    clock.after(millis(month), () => calls.push('month'))
    const takeBack = clock.after(millis(month), () => calls.push('taken back'))
    vi.advanceTimersByTime(month - 1)
    expect(calls).toEqual([])
    takeBack()
    vi.advanceTimersByTime(1)
    expect(calls).toEqual(['month'])
  })
})

describe('ids', () => {
  it('have the form that trace context asks for, and do not repeat', () => {
    const ids = processIds()
    const traces = Array.from({ length: 5000 }, () => ids.trace())
    const spans = Array.from({ length: 5000 }, () => ids.span())
    const requests = Array.from({ length: 5000 }, () => ids.request())
    expect(traces.every(id => /^[0-9a-f]{32}$/.test(id) && !/^0+$/.test(id))).toBe(true)
    expect(spans.every(id => /^[0-9a-f]{16}$/.test(id) && !/^0+$/.test(id))).toBe(true)
    expect(requests.every(id => /^req_[0-9a-f]{32}$/.test(id))).toBe(true)
    for (const all of [traces, spans, requests]) expect(new Set<string>(all).size).toBe(5000)
  })
  it('of requests and spans begin with their time, and the rest is chance', () => {
    const ids = processIds()
    const wall = vi.spyOn(Date, 'now').mockReturnValue(0x0123456789ab)
    const second = Math.floor(0x0123456789ab / 1000) % 0x10000
    const [one, two] = [ids.request(), ids.request()]
    expect(one.slice(0, 16)).toBe('req_0123456789ab')
    expect(one.slice(16)).not.toBe(two.slice(16))
    expect(ids.span().slice(0, 4)).toBe(second.toString(16).padStart(4, '0'))
    wall.mockReturnValue(0x0123456789ab + 1000)
    expect(ids.span().slice(0, 4)).toBe((second + 1).toString(16).padStart(4, '0'))
    wall.mockRestore()
  })
})

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  const path = join(folder, 'key')
  afterEach(() => rmSync(path, { force: true }))

  it('come from the environment, from a file without its spaces, or are the text itself', async () => {
    writeFileSync(path, '  sk-file\n')
    const secrets = processSecrets({ KEY: 'sk-env' }, testClock())
    expect(await secrets.read('${KEY}')).toBe('sk-env')
    expect(await secrets.read(`file:${path}`)).toBe('sk-file')
    expect(await secrets.read('sk-text')).toBe('sk-text')
    expect(await secrets.read('')).toBe('')
  })
  it('that are missing are named, and values never are', async () => {
    const secrets = processSecrets({ EMPTY: '', OTHER: 'sk-other' }, testClock())
    await expect(secrets.read('${KEY}')).rejects.toThrow('the environment variable KEY is not set')
    await expect(secrets.read('${EMPTY}')).rejects.toThrow('the environment variable EMPTY is empty')
    await expect(secrets.read('${sk-mistaken-secret}')).rejects.toThrow('should be ${NAME}')
    await expect(secrets.read('${sk-mistaken-secret}')).rejects.not.toThrow('mistaken')
    await expect(secrets.read(`file:${path}`)).rejects.toThrow(`${path} cannot be read (ENOENT)`)
    writeFileSync(path, '\n')
    await expect(secrets.read(`file:${path}`)).rejects.toThrow(`${path} is empty`)
  })
  it('in a file that changed are read again within seconds, and one that failed at once', async () => {
    const clock = testClock()
    const secrets = processSecrets({}, clock)
    await expect(secrets.read(`file:${path}`)).rejects.toThrow('ENOENT')
    writeFileSync(path, 'first')
    expect(await secrets.read(`file:${path}`)).toBe('first')
    writeFileSync(path, 'second')
    clock.advance(4999)
    expect(await secrets.read(`file:${path}`)).toBe('first')
    clock.advance(1)
    expect(await secrets.read(`file:${path}`)).toBe('second')
  })
  it('of the environment are read as it is now', async () => {
    const env: Record<string, string> = { KEY: 'one' }
    const secrets = processSecrets(env, testClock())
    expect(await secrets.read('${KEY}')).toBe('one')
    env['KEY'] = 'two'
    expect(await secrets.read('${KEY}')).toBe('two')
  })
})
