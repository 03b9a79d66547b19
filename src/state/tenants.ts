/** How much of what one deployment did in the last minute was for whom. */
import { millis, unit } from '../domain/units.ts'
import type { Instant, Unit } from '../domain/units.ts'
import { ownName, shortName } from './short-name.ts'
import { Slices } from './slices.ts'

/** Whom a request is for: the tag `tenant`, else the team of the key. */
export const tenantOf = (
  tags: Readonly<Record<string, string>>,
  { team }: { readonly team?: string | undefined },
): string | undefined => {
  const named = Object.hasOwn(tags, 'tenant') ? tags['tenant'] : team
  return named === undefined ? undefined : shortName(named)
}

const length = millis(5_000)
/** The slice under way and a whole minute before it. */
const count = 13

/** So many tenants of a slice are told apart. */
const mostTenants = 128

interface Slice {
  readonly by: Map<string, number>
  total: number
}

/**
 * Counts by tenant over a sliding minute. Where a slice has more tenants than are told apart, the rarest gives its place
 * and its count to the next that comes: nobody is counted too low, and nobody too high by more than a 128th of the slice,
 * so that whoever makes noise is always seen.
 */
export class Tenants {
  readonly #sum = new Map<string, number>()
  #total = 0
  readonly #slices = new Slices<Slice>({
    count,
    length,
    make: () => ({ by: new Map(), total: 0 }),
    pass: slice => {
      for (const [tenant, had] of slice.by) this.#change(tenant, -had)
      slice.by.clear()
      this.#total -= slice.total
      slice.total = 0
    },
  })

  /** How many are told apart now. */
  get size(): number {
    return this.#sum.size
  }

  #change(tenant: string, change: number): void {
    const now = (this.#sum.get(tenant) ?? 0) + change
    if (now > 0) this.#sum.set(tenant, now)
    else this.#sum.delete(tenant)
  }

  /** An attempt starts for this tenant; for nobody in particular if there is none. */
  start(tenant: string | undefined, at: Instant): void {
    this.#slices.advance(at)
    const slice = this.#slices.at(at)
    if (slice === undefined) return
    slice.total++
    this.#total++
    if (tenant !== undefined) this.#count(slice.by, tenant)
  }

  #count(by: Map<string, number>, tenant: string): void {
    const known = by.get(tenant)
    const inherited = known === undefined && by.size >= mostTenants ? this.#takeRarest(by) : 0
    const name = known === undefined ? ownName(tenant) : tenant
    by.set(name, (known ?? inherited) + 1)
    this.#change(name, inherited + 1)
  }

  #takeRarest(by: Map<string, number>): number {
    let rarest: readonly [string, number] | undefined
    for (const one of by) if (rarest === undefined || one[1] < rarest[1]) rarest = one
    if (rarest === undefined) return 0
    by.delete(rarest[0])
    this.#change(rarest[0], -rarest[1])
    return rarest[1]
  }

  /** Undefined if nothing was done in the last minute. */
  share(tenant: string, now: Instant): Unit | undefined {
    this.#slices.advance(now)
    return this.#total === 0 ? undefined : unit((this.#sum.get(tenant) ?? 0) / this.#total)
  }
}
