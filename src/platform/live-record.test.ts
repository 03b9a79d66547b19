/** What is known right now, kept in the store: when it is written, when it is read, and what happens when it cannot be. */
import { describe, expect, it } from 'vitest'
import { testClock } from '../../test/clock.ts'
import { millis } from '../domain/units.ts'
import type { Records } from '../ports/store.ts'
import { liveRecord } from './live-record.ts'
import { memoryStore } from './stores/memory.ts'

const setup = (change: (records: Records) => Partial<Records> = () => ({})) => {
  const clock = testClock()
  const { records } = memoryStore(clock)
  const told: string[] = []
  const restored: unknown[] = []
  let events = 0
  let saves = 0
  const steps: (() => void)[] = []
  const live = {
    events: () => events,
    *saving() {
      const save = ++saves
      while (steps.length > 0) yield steps.pop()?.()
      return { save }
    },
    restore: (saved: unknown) => void restored.push(saved),
  }
  const alarm = (message: string): void => void told.push(message)
  const record = liveRecord({ live, records: { ...records, ...change(records) }, clock, alarm })
  const stored = async () => (await records.get('live-state'))?.value
  return { clock, record, records, steps, told, restored, stored, saves: () => saves, happen: () => void events++ }
}

describe('the record of live state', () => {
  it('is written every ten seconds if anything has happened, and else not', async () => {
    const { clock, record, stored, saves, happen } = setup()
    await record.open()
    await clock.pass(30_000)
    expect(saves()).toBe(0)
    happen()
    await clock.pass(9_999)
    expect(await stored()).toBeUndefined()
    await clock.pass(1)
    expect(await stored()).toEqual({ save: 1 })
    await clock.pass(60_000)
    expect(saves()).toBe(1)
    happen()
    await clock.pass(10_000)
    expect(await stored()).toEqual({ save: 2 })
  })

  it('is read when it is opened, and written when it is closed', async () => {
    const { clock, record, records, restored, stored, happen } = setup()
    await records.put('live-state', { old: true }, 'any')
    await record.open()
    expect(restored).toEqual([{ old: true }])
    happen()
    await record.close()
    expect(await stored()).toEqual({ save: 1 })
    happen()
    await clock.pass(60_000)
    expect(await stored()).toEqual({ save: 1 })
    expect(clock.waiting()).toBe(0)
  })

  it('is made in steps, between which others have their turn', async () => {
    const { clock, record, steps, stored, happen } = setup()
    const turns: string[] = []
    await record.open()
    happen()
    for (const step of ['third', 'second', 'first']) {
      steps.push(() => {
        turns.push(step)
        clock.after(millis(0), () => void turns.push('another'))
      })
    }
    await clock.pass(10_000)
    expect(turns).toEqual(['first', 'another', 'second', 'another', 'third', 'another'])
    expect(await stored()).toEqual({ save: 1 })
  })

  it('complains once when it cannot be written, goes on trying, and complains anew when it fails again later', async () => {
    let isFull = true
    const { clock, record, told, stored, happen } = setup(({ put }) => ({
      put: (...args) => (isFull ? Promise.reject(new Error('disk full')) : put(...args)),
    }))
    await record.open()
    happen()
    await clock.pass(50_000)
    expect(told).toEqual(['what is known of the deployments cannot be written, and a restart would begin without it'])
    isFull = false
    await clock.pass(10_000)
    expect(await stored()).toEqual({ save: 6 })
    isFull = true
    happen()
    await clock.pass(10_000)
    expect(told).toHaveLength(2)
    await record.close()
    expect(told).toHaveLength(2)
  })

  it('begins with nothing where it cannot be read', async () => {
    const { record, told, restored } = setup(() => ({ get: () => Promise.reject(new Error('no database')) }))
    await record.open()
    expect(restored).toEqual([])
    expect(told).toHaveLength(1)
    await record.close()
  })

  it('writes one at a time: a slow store is not asked twice', async () => {
    let open = 0
    let most = 0
    const finish: (() => void)[] = []
    const { clock, record, happen } = setup(() => ({
      put: () => {
        most = Math.max(most, ++open)
        return new Promise(resolve => {
          finish.push(() => {
            open--
            resolve(true)
          })
        })
      },
    }))
    await record.open()
    happen()
    await clock.pass(40_000)
    expect(finish).toHaveLength(1)
    happen()
    const closed = record.close()
    finish[0]?.()
    await clock.pass(0)
    finish[1]?.()
    await closed
    expect(most).toBe(1)
    expect(finish).toHaveLength(2)
  })
})
