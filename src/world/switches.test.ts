/** What a board of switches makes of one request: the narrowest counts, limits have windows, luck has a seed. */
import { describe, expect, it } from 'vitest'
import { Switchboard } from './switches.ts'

const board = (seed = 'a'): Switchboard => new Switchboard(seed)

describe('the lot of a request', () => {
  it('is nothing where nothing is switched', () => {
    expect(board().lot('openai', 'gpt', 0, 0)).toEqual({ factor: 1, addMs: 0 })
  })

  it('takes the switch for the model before that for the provider before that for all', () => {
    const switches = board()
    switches.change({}, { cut: { how: 'close' } })
    switches.change({ provider: 'openai' }, { cut: { how: 'reset' } })
    switches.change({ model: 'gpt' }, { cut: { how: 'stall' } })
    expect(switches.lot('openai', 'gpt', 0, 0).cut).toEqual({ how: 'stall' })
    expect(switches.lot('openai', 'other', 0, 0).cut).toEqual({ how: 'reset' })
    expect(switches.lot('mistral', 'other', 0, 0).cut).toEqual({ how: 'close' })
  })

  it('multiplies factors and adds what is added', () => {
    const switches = board()
    switches.change({}, { latency: { factor: 2, addMs: 10 } })
    switches.change({ provider: 'openai' }, { latency: { factor: 3 } })
    switches.change({ model: 'gpt' }, { latency: { addMs: 5 } })
    expect(switches.lot('openai', 'gpt', 0, 0)).toEqual({ factor: 6, addMs: 15 })
  })

  it('fails for the named share, the same requests for the same seed', () => {
    const lots = (seed: string): readonly boolean[] => {
      const switches = board(seed)
      switches.change({}, { fail: { kind: '500', rate: 0.3 } })
      return Array.from({ length: 1000 }, (_, nth) => switches.lot('openai', 'gpt', nth, 0).fail !== undefined)
    }
    const failed = lots('a').filter(Boolean).length
    expect(failed).toBeGreaterThan(240)
    expect(failed).toBeLessThan(360)
    expect(lots('a')).toEqual(lots('a'))
    expect(lots('b')).not.toEqual(lots('a'))
  })

  it('is slow for the named share, whoever fails', () => {
    const switches = board()
    switches.change({}, { latency: { addMs: 900, factor: 2, rate: 0.1 }, fail: { kind: '500', rate: 0.5 } })
    const lots = Array.from({ length: 1000 }, (_, nth) => switches.lot('openai', 'gpt', nth, 0))
    const slow = lots.filter(({ addMs }) => addMs === 900)
    expect(slow.length).toBeGreaterThan(60)
    expect(slow.length).toBeLessThan(140)
    expect(lots.filter(({ factor }) => factor === 2)).toEqual(slow)
    const failed = slow.filter(({ fail }) => fail !== undefined).length
    expect(failed).toBeGreaterThan(0.3 * slow.length)
    expect(failed).toBeLessThan(0.7 * slow.length)
  })

  it('keeps its luck whatever is switched beside', () => {
    const fails = (more: boolean): readonly boolean[] => {
      const switches = board()
      switches.change({}, { fail: { kind: '500', rate: 0.5 } })
      if (more) switches.change({ provider: 'openai' }, { latency: { addMs: 1 }, rateLimit: { rpm: 9999 } })
      return Array.from({ length: 100 }, (_, nth) => switches.lot('openai', 'gpt', nth, 0).fail !== undefined)
    }
    expect(fails(true)).toEqual(fails(false))
  })
})

describe('a rate limit', () => {
  it('has room again when the oldest of the last minute is past', () => {
    const switches = board()
    switches.change({}, { rateLimit: { rpm: 2 } })
    const at = (now: number) => switches.lot('openai', 'gpt', 0, now).limited
    expect(at(0)).toEqual({ rpm: 2, left: 1, wait: 0 })
    expect(at(10_000)).toEqual({ rpm: 2, left: 0, wait: 0 })
    expect(at(20_500)).toEqual({ rpm: 2, left: 0, wait: 40 })
    expect(at(59_999)).toEqual({ rpm: 2, left: 0, wait: 1 })
    expect(at(60_000)).toEqual({ rpm: 2, left: 0, wait: 0 })
    expect(at(60_001)).toEqual({ rpm: 2, left: 0, wait: 10 })
  })

  it('of a model does not use up that of its provider when it refuses', () => {
    const switches = board()
    switches.change({ provider: 'openai' }, { rateLimit: { rpm: 3 } })
    switches.change({ model: 'gpt' }, { rateLimit: { rpm: 1 } })
    expect(switches.lot('openai', 'gpt', 0, 0).limited).toEqual({ rpm: 1, left: 0, wait: 0 })
    for (let nth = 1; nth < 9; nth++) expect(switches.lot('openai', 'gpt', nth, 0).limited?.wait).toBe(60)
    expect(switches.lot('openai', 'other', 0, 0).limited).toEqual({ rpm: 3, left: 1, wait: 0 })
  })

  it('of none lets nobody through', () => {
    const switches = board()
    switches.change({}, { rateLimit: { rpm: 0 } })
    expect(switches.lot('openai', 'gpt', 0, 0).limited?.wait).toBeGreaterThan(0)
  })
})

describe('an outage', () => {
  it('of a provider is one for all its models, of a model for it alone', () => {
    const switches = board()
    switches.change({ provider: 'openai' }, { outage: true })
    switches.change({ model: 'large' }, { outage: true })
    expect(switches.isDown('openai', undefined)).toBe(true)
    expect(switches.isDown('openai', 'gpt')).toBe(true)
    expect(switches.isDown('mistral', undefined)).toBe(false)
    expect(switches.isDown('mistral', 'large')).toBe(true)
    expect(switches.isDown('mistral', 'small')).toBe(false)
  })
})

describe('changes', () => {
  it('leave what they do not name, and null takes back', () => {
    const switches = board()
    switches.change({ provider: 'openai' }, { outage: true, latency: { addMs: 1 } })
    switches.change({ provider: 'openai' }, { outage: null })
    expect(switches.rows()).toEqual([{ provider: 'openai', latency: { addMs: 1 } }])
    switches.change({ provider: 'openai' }, { latency: null })
    expect(switches.rows()).toEqual([])
  })
})
