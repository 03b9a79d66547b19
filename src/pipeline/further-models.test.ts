/** Several models in one request: who is behind whom, what an ending says, and what a key may not have that way. */
import { describe, expect, it } from 'vitest'
import { candidate, compiled } from '../../test/contract/strategy.contract.ts'
import { requestOf } from '../../test/fake-dialect.ts'
import type { AllowList } from '../domain/caller.ts'
import type { PoolId, VirtualKeyId } from '../domain/ids.ts'
import type { Route } from '../routing/route.ts'
import { admit } from './admit.ts'
import { findTarget } from './further-models.ts'
import type { House } from './house.ts'

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(id => candidate(id))
const policy = compiled({ use: 'random' })
const routeOf = (candidates: readonly (typeof a)[], more: Partial<Route> = {}): Route => ({
  candidates: candidates.filter(one => one !== undefined),
  policy,
  ...more,
})
const routes: Readonly<Record<string, Route>> = {
  first: routeOf([a, b], { pool: 'first' as PoolId }),
  second: routeOf([b, c], { pool: 'second' as PoolId }),
  model: routeOf([d]),
  'openai/model': routeOf([d], { lock: 'openai' }),
  'mistral/model': routeOf([c], { lock: 'mistral' }),
  'named:floor': routeOf([c]),
  named: routeOf([d]),
  spare: routeOf([a], { pool: 'spare' as PoolId, reserve: [b, c] as never, everyone: [a, b, c] as never }),
}
const house = {
  routes: {
    find: (name: string) => {
      const route = Object.hasOwn(routes, name) ? routes[name] : undefined
      return route === undefined
        ? { ok: false, kind: 'target', nearest: [], names: Object.keys(routes) }
        : { ok: true, route }
    },
  },
} as unknown as House
const ask = (target: string, models: readonly string[], allow?: AllowList) =>
  admit(
    requestOf({
      target,
      caller: { key: 'k' as VirtualKeyId, ...(allow !== undefined && { allow }) },
      wishes: { tags: {}, models },
    }),
    house,
  )
const idsOf = (found: ReturnType<typeof ask>): readonly string[] =>
  found.ok ? found.route.candidates.map(({ id }) => id) : [found.failure.kind]

describe('further models', () => {
  it('stand behind the first, each candidate once, by the policy and in the pool of the first', () => {
    const found = ask('first', ['second', 'model'])
    expect(idsOf(found)).toEqual(['a', 'b', 'c', 'd'])
    expect(found).toMatchObject({ route: { pool: 'first', models: [['a', 'b'], ['c'], ['d']] } })
    expect(ask('second', [])).toEqual({ ok: true, route: routes['second'] })
    expect(ask('model', ['model', 'openai/model'])).toEqual({ ok: true, route: routes['model'] })
  })
  it('keep a provider that was named only where it was named for all', () => {
    const both = ask('openai/model', ['openai/model', 'mistral/model'])
    expect(both.ok && both.route.lock).toBeUndefined()
    expect(ask('openai/model', ['openai/model'])).toMatchObject({ route: { lock: 'openai' } })
    const other = ask('openai/model', ['first'])
    expect(other.ok && other.route).not.toHaveProperty('lock')
  })
  it('take out of the reserve whom they name themselves', () => {
    const found = ask('spare', ['model', 'mistral/model'])
    expect(found).toMatchObject({ route: { models: [['a'], ['d'], ['c']], reserve: [{ id: 'b' }] } })
    expect(found.ok && found.route.everyone?.map(({ id }) => id)).toEqual(['a', 'd', 'c', 'b'])
    const all = ask('spare', ['second'])
    expect(all.ok && all.route).not.toHaveProperty('reserve')
    expect(all.ok && all.route).not.toHaveProperty('everyone')
  })
  it('that are not there are told by their own name', () => {
    expect(ask('first', ['second', 'thrid'])).toMatchObject({
      failure: { kind: 'target-unknown', param: 'models', message: expect.stringContaining('"thrid"') },
    })
  })
  it('are no way round what a key may use', () => {
    const pools = { pools: ['first'] }
    expect(idsOf(ask('first', ['second'], pools))).toEqual(['forbidden'])
    expect(idsOf(ask('first', ['model'], pools))).toEqual(['forbidden'])
    expect(ask('first', ['model'], pools)).toMatchObject({
      failure: { param: 'models', message: 'this key may use pools alone, and "model" is none' },
    })
    expect(idsOf(ask('first', ['second'], { pools: ['first', 'second'] }))).toEqual(['a', 'b', 'c'])
    expect(idsOf(ask('first', ['model'], { pools: ['first'], models: ['*'] }))).toEqual(['a', 'b', 'd'])
    expect(idsOf(ask('first', ['model'], { pools: ['*'] }))).toEqual(['a', 'b', 'd'])
  })
})

describe('an ending', () => {
  const sortOf = (target: string): unknown => {
    const found = findTarget(target, undefined, house.routes)
    return found.ok ? (found.route.sort ?? 'none') : found.kind
  }
  it.each([
    ['first:nitro', 'throughput'],
    ['first:floor', 'cheap'],
    ['named:floor', 'none'],
    ['named:floor:floor', 'cheap'],
    ['first:free', 'target'],
    ['first:NITRO', 'target'],
    [':nitro', 'target'],
    ['first', 'none'],
  ])('%s says %s', (target, sort) => {
    expect(sortOf(target)).toBe(sort)
  })
})
