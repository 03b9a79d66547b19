/** Sizes in pixels as aspect ratios, for those who are told no other. */
import type { ImagesBody } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'

export interface Sides {
  readonly width: number
  readonly height: number
}

/** The sides of a size such as `1024x1536`; undefined for words such as `auto`. */
export const sidesOf = (size: string | undefined): Sides | undefined => {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(size ?? '') ?? []
  const sides = { width: Number(width), height: Number(height) }
  return sides.width > 0 && sides.height > 0 ? sides : undefined
}

const quotient = (ratio: string): number => {
  const [across = 1, down = 1] = ratio.split(':').map(Number)
  return across / down
}
/** How far two ratios are from each other, whichever way they differ. */
const distance = (one: number, other: number): number => Math.abs(Math.log(one / other))
/** Sides are whole multiples of some number of pixels, so that few ratios are exact. */
const near = 0.03

/** As one of these ratios, and what is lost by it; undefined where the client did not say. */
export const ratioIn = (
  ratios: readonly string[],
  { aspectRatio, size }: ImagesBody,
): { readonly ratio?: string; readonly losses: readonly Loss[] } => {
  const sides = sidesOf(size)
  const field = aspectRatio === undefined ? 'size' : 'aspect_ratio'
  const wanted = aspectRatio ?? (sides === undefined ? undefined : `${sides.width}:${sides.height}`)
  if (wanted === undefined || !/^\d+:\d+$/.test(wanted)) return { losses: [] }
  const value = quotient(wanted)
  const [best] = [...ratios].sort((one, other) => distance(quotient(one), value) - distance(quotient(other), value))
  if (best === undefined) return { losses: [] }
  const isNear = distance(quotient(best), value) < near
  const isUsual = sides === undefined || Math.max(sides.width, sides.height) <= 1536
  const why = isNear ? `only the ratio ${best} can be told, not the size` : `${best} is the nearest ratio that is taken`
  return { ratio: best, losses: isNear && isUsual ? [] : [{ field, why }] }
}
