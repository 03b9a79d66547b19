/** Only what is wanted is asked for, and several sources' words stand together. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/requests.ts'
import { instant } from '../../test/live-events.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { SignalKey, Signals } from '../domain/signal.ts'
import type { Question, SignalSource } from '../ports/signal-source.ts'
import { gather } from './gather.ts'

const question: Question = { request: requestOf(), candidates: [], now: instant(0) }
const [a, b] = ['a' as DeploymentId, 'b' as DeploymentId]

const source = (provides: readonly SignalKey[], signals: Signals) => {
  const asked: (readonly SignalKey[])[] = []
  const made: SignalSource = {
    provides,
    gather: (_question, wanted) => {
      asked.push(wanted)
      return signals
    },
  }
  return { made, asked }
}

describe('gathering', () => {
  it('asks each source for what is wanted of it, and does not ask the others', () => {
    const traffic = source(['pool.turn', 'candidate.inflight'], { 'pool.turn': { value: 3 } })
    const task = source(['request.task'], { 'request.task': { value: 'code' } })
    const found = gather([traffic.made, task.made], question, ['pool.turn', 'candidate.quality'])
    expect(found).toEqual({ 'pool.turn': { value: 3 } })
    expect(traffic.asked).toEqual([['pool.turn']])
    expect(task.asked).toEqual([])
  })

  it('leaves out what a source tells unasked', () => {
    const { made } = source(['pool.turn', 'request.task'], {
      'pool.turn': { value: 3 },
      'request.task': { value: 'code' },
    })
    expect(gather([made], question, ['request.task'])).toEqual({ 'request.task': { value: 'code' } })
  })

  it('tells apart what nobody knows and what nobody could', () => {
    const none = source(['pool.turn'], {}).made
    expect(gather([none], question, ['pool.turn', 'budget.left'])).toEqual({ 'pool.turn': {} })
    expect(gather([], question, ['pool.turn'])).toEqual({})
    const some = source(['pool.turn'], { 'pool.turn': { value: 3 } }).made
    expect(gather([none, some], question, ['pool.turn'])).toEqual({ 'pool.turn': { value: 3 } })
    expect(gather([some, none], question, ['pool.turn'])).toEqual({ 'pool.turn': { value: 3 } })
  })

  it('joins what several know of one key; of one candidate the first source’s word counts', () => {
    const first = source(['candidate.inflight'], { 'candidate.inflight': { by: { [a]: 1 } } })
    const second = source(['candidate.inflight'], { 'candidate.inflight': { value: 9, by: { [a]: 5, [b]: 2 } } })
    expect(gather([first.made, second.made], question, ['candidate.inflight'])).toEqual({
      'candidate.inflight': { value: 9, by: { [a]: 1, [b]: 2 } },
    })
  })
})
