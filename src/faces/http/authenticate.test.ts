/** Keys as clients send them. */
import { describe, expect, it } from 'vitest'
import type { VirtualKeyId } from '../../domain/ids.ts'
import { openFace, ringOf } from '../../../test/http-face.ts'
import { exchange, post } from '../../../test/raw-client.ts'
import { keyringOf } from './authenticate.ts'

const odd = 'sk-sb-grün !"#$%&/()=?0123'
const body = '{"model":"m","messages":[{"role":"user","content":"hi"}]}'

describe('a key with other letters than those of ASCII', () => {
  it.each(['utf8', 'latin1'] as const)('opens in %s', async encoding => {
    using house = await openFace({ keyring: ringOf(odd) })
    const [before = '', after = ''] = post('/v1/chat/completions', body, ['x-api-key: KEY']).split('KEY')
    const asked = [before, Buffer.from(odd, encoding), after]
    expect((await exchange(house.face.port, asked)).status).toBe(200)
    const near = [before, Buffer.from(odd.replace('ü', 'ö'), encoding), after]
    expect((await exchange(house.face.port, near)).status).toBe(401)
  })
  it('is no second key of the same value', () => {
    const twice = ['a', 'b'].map(key => ({ caller: { key: key as VirtualKeyId }, secret: odd }))
    expect(keyringOf(twice)).toMatchObject({
      ok: false,
      why: 'keys "a" and "b" have the same value; each needs its own',
    })
  })
})
