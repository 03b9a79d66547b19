/** Who may ask for what, and what they are told otherwise. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/fake-dialect.ts'
import type { AllowList } from '../domain/caller.ts'
import type { PoolId, VirtualKeyId } from '../domain/ids.ts'
import { admit } from './admit.ts'
import type { FoundRoute, Route } from '../routing/route.ts'
import type { House } from './house.ts'

const names = ['support', 'search', 'openai/gpt-4o-mini']
const route = { pool: 'support' as PoolId, candidates: [] } as unknown as Route

const houseThat = (found: FoundRoute): House => ({ routes: { find: () => found } }) as unknown as House
const ask = (found: FoundRoute, { allow, policy }: { readonly allow?: AllowList; readonly policy?: string } = {}) =>
  admit(
    requestOf({
      target: 'suport',
      caller: { key: 'k' as VirtualKeyId, ...(allow !== undefined && { allow }) },
      wishes: { tags: {}, ...(policy !== undefined && { policy }) },
    }),
    houseThat(found),
  )
const unknown: FoundRoute = { ok: false, kind: 'target', nearest: ['support'], names }

describe('admit', () => {
  it('gives the route of what is known and allowed', () => {
    expect(ask({ ok: true, route })).toEqual({ ok: true, route })
    expect(ask({ ok: true, route }, { allow: { pools: ['support'] } })).toMatchObject({ ok: true })
  })
  it('names what was probably meant, and all there is', () => {
    expect(ask(unknown)).toMatchObject({ failure: { kind: 'target-unknown', param: 'model' } })
    const told = ask(unknown)
    expect(told.ok ? '' : told.failure.message).toBe(
      'there is no pool, alias or model "suport"; did you mean "support"? (there are support, search, openai/gpt-4o-mini)',
    )
  })
  it('does not tell a caller of pools that are not its own', () => {
    const told = ask(unknown, { allow: { pools: ['search'] } })
    expect(told.ok ? '' : told.failure.message).toBe('there is no pool, alias or model "suport" (there are search)')
  })
  it('keeps a long list short', () => {
    const many = Array.from({ length: 40 }, (_, at) => `pool-${at}`)
    const told = ask({ ...unknown, names: many })
    expect(told.ok ? '' : told.failure.message).toContain('pool-11 and 28 more)')
  })
  it('refuses a pool and a policy that the key may not use', () => {
    expect(ask({ ok: true, route }, { allow: { pools: ['search'] } })).toMatchObject({
      failure: { kind: 'forbidden', param: 'model' },
    })
    expect(ask({ ok: true, route }, { allow: { policies: ['a'] }, policy: 'b' })).toMatchObject({
      failure: { kind: 'forbidden', param: 'x-signalbox-policy' },
    })
    expect(ask({ ok: true, route }, { allow: { policies: ['b'] }, policy: 'b' })).toMatchObject({ ok: true })
  })
  it('tells of a policy that does not exist', () => {
    const told = ask({ ok: false, kind: 'policy', nearest: [], names: ['cheap'] }, { policy: 'x' })
    expect(told).toMatchObject({ failure: { kind: 'invalid-request', param: 'x-signalbox-policy' } })
  })
})
