/** What is kept is given at once, renewed in time, by one at a time, and by the clock that tests move. */
import { afterEach, describe, expect, it } from 'vitest'
import { settle, testClock } from '../../../test/clock.ts'
import { freshSecret } from './fresh.ts'
import type { Fresh } from './fresh.ts'

const minute = 60_000

/** A source whose answers the test gives, in order of asking. */
const source = () => {
  const asked: PromiseWithResolvers<Fresh>[] = []
  const clock = testClock()
  const secret = freshSecret(() => {
    const one = Promise.withResolvers<Fresh>()
    asked.push(one)
    return one.promise
  }, clock)
  /** Reads, and answers the question that this raises. */
  const first = async (fresh: Fresh): Promise<string> => {
    const read = secret.read()
    asked.at(-1)?.resolve(fresh)
    return read
  }
  return { asked, clock, secret, first }
}

let waiting: (() => number) | undefined
afterEach(() => expect(waiting?.() ?? 0).toBe(0))
const open = () => {
  const made = source()
  waiting = () => made.clock.waiting()
  return made
}

describe('a secret that expires', () => {
  it('is asked for once, however many wait, and then given without asking', async () => {
    const { asked, secret } = open()
    const reads = [secret.read(), secret.read(), secret.read()]
    asked[0]?.resolve({ text: 'one', lifetime: 60 * minute })
    expect(await Promise.all(reads)).toEqual(['one', 'one', 'one'])
    expect(secret.read()).toBe(secret.read())
    expect(await secret.read()).toBe('one')
    expect(asked).toHaveLength(1)
  })

  it('is renewed four minutes before its end, beside readers who go on with the old one', async () => {
    const { asked, clock, secret, first } = open()
    await first({ text: 'one', lifetime: 60 * minute })
    clock.advance(56 * minute - 1)
    await secret.read()
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(await secret.read()).toBe('one')
    expect(await secret.read()).toBe('one')
    expect(asked).toHaveLength(2)
    asked[1]?.resolve({ text: 'two', lifetime: 60 * minute })
    await settle()
    expect(await secret.read()).toBe('two')
  })

  it('is waited for once the old one has ended', async () => {
    const { asked, clock, secret, first } = open()
    await first({ text: 'one', lifetime: 60 * minute })
    clock.advance(60 * minute)
    const read = secret.read()
    asked[1]?.resolve({ text: 'two', lifetime: 60 * minute })
    expect(await read).toBe('two')
  })

  it('is not used in the last seconds, in which it may end on its way', async () => {
    const { asked, clock, first, secret } = open()
    await first({ text: 'one', lifetime: 60 * minute })
    clock.advance(60 * minute - 15_000)
    const read = secret.read()
    asked[1]?.resolve({ text: 'two', lifetime: minute })
    expect(await read).toBe('two')
  })

  it('that cannot be renewed is used to its end, tried again every half minute, and then tells why', async () => {
    const { asked, clock, first, secret } = open()
    await first({ text: 'one', lifetime: 60 * minute })
    clock.advance(56 * minute)
    expect(await secret.read()).toBe('one')
    asked[1]?.reject(new Error('no way'))
    await settle()
    expect(await secret.read()).toBe('one')
    expect(asked).toHaveLength(2)
    clock.advance(30_000)
    expect(await secret.read()).toBe('one')
    expect(asked).toHaveLength(3)
    asked[2]?.reject(new Error('no way'))
    await settle()
    clock.advance(4 * minute)
    const late = secret.read()
    asked[3]?.reject(new Error('still no way'))
    await expect(late).rejects.toThrow('still no way')
  })

  it('that the source gives again as it was is not asked for with every request', async () => {
    const { asked, clock, first, secret } = open()
    await first({ text: 'one', lifetime: 5 * minute })
    clock.advance(4 * minute)
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await secret.read()).toBe('one')
      asked.at(-1)?.resolve({ text: 'one', lifetime: minute })
      await settle()
      clock.advance(1)
    }
    expect(asked).toHaveLength(2)
  })

  it('without an end is looked at again every minute, and a failure is not remembered', async () => {
    const { asked, clock, secret } = open()
    const failed = secret.read()
    asked[0]?.reject(new Error('nothing there'))
    await expect(failed).rejects.toThrow('nothing there')
    const read = secret.read()
    asked[1]?.resolve({ text: 'one' })
    expect(await read).toBe('one')
    clock.advance(minute - 1)
    expect(await secret.read()).toBe('one')
    expect(asked).toHaveLength(2)
    clock.advance(1)
    expect(await secret.read()).toBe('one')
    asked[2]?.resolve({ text: 'two' })
    await settle()
    expect(await secret.read()).toBe('two')
  })

  it('that was refused before its end is fetched anew, unless it is new itself', async () => {
    const { asked, clock, secret, first } = open()
    await first({ text: 'one', lifetime: 60 * minute })
    secret.refused()
    expect(await secret.read()).toBe('one')
    expect(asked).toHaveLength(1)
    clock.advance(30_000)
    secret.refused()
    const read = secret.read()
    asked[1]?.resolve({ text: 'two', lifetime: 60 * minute })
    expect(await read).toBe('two')
  })

  it('that never comes is given up after half a minute, and asked for anew', async () => {
    const { asked, clock, secret } = open()
    const read = secret.read()
    clock.advance(30_000)
    await expect(read).rejects.toThrow('there was no answer within 30 s')
    const again = secret.read()
    asked[1]?.resolve({ text: 'one' })
    expect(await again).toBe('one')
  })
})
