/** Where a secret goes on a wire, and where it never goes. */
import { describe, expect, it } from 'vitest'
import type { Instant } from '../domain/units.ts'
import type { WireRequest } from '../ports/transport.ts'
import { bearer, headerKey } from './authorize.ts'

const now = 0 as Instant
const wire: WireRequest = { method: 'POST', url: 'https://api.test/v1', headers: ['accept', '*/*'], body: '{}' }

describe('authorize', () => {
  it('puts a bearer key into the authorization header and nowhere else', () => {
    expect(bearer(wire, 's3cret', now)).toEqual({
      ...wire,
      headers: ['accept', '*/*', 'authorization', 'Bearer s3cret'],
    })
  })
  it('puts a header key into its header', () => {
    expect(headerKey('x-api-key')(wire, 's3cret', now).headers).toEqual(['accept', '*/*', 'x-api-key', 's3cret'])
  })
  it('replaces a header of the same name', () => {
    expect(bearer({ ...wire, headers: ['authorization', 'old'] }, 'new', now).headers).toEqual([
      'authorization',
      'Bearer new',
    ])
  })
  it('drops the line end of a key that was read from a file', () => {
    expect(bearer(wire, 's3cret\n', now).headers.at(-1)).toBe('Bearer s3cret')
  })
  it('leaves the wire alone where there is no secret', () => {
    expect(bearer(wire, '', now)).toBe(wire)
  })
})
