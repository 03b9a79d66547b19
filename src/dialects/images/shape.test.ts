/** Sizes as ratios: the nearest, and what is lost by it. */
import { describe, expect, it } from 'vitest'
import type { ImagesBody } from '../../domain/operation.ts'
import { ratioIn, sidesOf } from './shape.ts'

const asked = (changes: Partial<ImagesBody>): ImagesBody => ({
  operation: 'images',
  target: 'm',
  prompt: 'x',
  count: 1,
  images: [],
  stream: false,
  streamUsage: false,
  extensions: {},
  ...changes,
})
const ratios = ['1:1', '3:4', '4:3', '9:16', '16:9']

describe('a size', () => {
  it.each([
    [{ size: '1024x1024' }, '1:1', []],
    [{ size: '1365x1024' }, '4:3', []],
    [{ size: '1792x1024' }, '16:9', ['size']],
    [{ size: '2048x2048' }, '1:1', ['size']],
    [{ size: '1000x3000' }, '9:16', ['size']],
    [{ aspectRatio: '16:9' }, '16:9', []],
    [{ aspectRatio: '21:9' }, '16:9', ['aspect_ratio']],
    [{ size: 'auto' }, undefined, []],
    [{}, undefined, []],
    [{ size: '0x1024' }, undefined, []],
  ])('%j is told as %s', (changes, ratio, lost) => {
    const told = ratioIn(ratios, asked(changes))
    expect([told.ratio, told.losses.map(({ field }) => field)]).toEqual([ratio, lost])
  })

  it('has sides where it is no word', () => {
    expect([sidesOf('12x34'), sidesOf('auto'), sidesOf(undefined), sidesOf('1x')]).toEqual([
      { width: 12, height: 34 },
      undefined,
      undefined,
      undefined,
    ])
  })
})
