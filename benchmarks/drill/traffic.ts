/** Who asks what and when: requests that come by chance, from tenants with sessions. */
import { chanceOf } from '../../src/world/chance.ts'
import type { RecordedPrompt } from '../../src/world/recordings.ts'

/** One request of the run. */
export interface Asking {
  /** From 1, in the order of coming. */
  readonly number: number
  /** Milliseconds from the beginning. */
  readonly at: number
  readonly prompt: RecordedPrompt
  readonly tenant: string
  readonly session: string
}

/** Requests a second of one tenant, and for how long, in seconds from the beginning; all along unless told. */
export interface Tenant {
  readonly name: string
  readonly rate: number
  readonly sessions: number
  readonly from?: number
  readonly to?: number
}

export interface Traffic {
  readonly tenants: readonly Tenant[]
  /** In seconds. */
  readonly lasts: number
  readonly seed: string
  readonly prompts: readonly RecordedPrompt[]
}

const ofTenant = (tenant: Tenant, { lasts, seed, prompts }: Traffic): readonly Omit<Asking, 'number'>[] => {
  const chance = chanceOf(`${seed} traffic of ${tenant.name}`)
  const { name, rate, sessions, from = 0, to = lasts } = tenant
  const askings: Omit<Asking, 'number'>[] = []
  for (let at = from * 1000; ;) {
    at += (-Math.log(1 - chance()) * 1000) / rate
    const prompt = prompts[Math.floor(chance() * prompts.length)]
    const session = `${name}-${Math.floor(chance() * sessions)}`
    if (at >= to * 1000 || prompt === undefined) return askings
    askings.push({ at, prompt, tenant: name, session })
  }
}

/** All requests of a run in the order of coming; the same seed gives the same. */
export const askingsOf = (traffic: Traffic): readonly Asking[] =>
  traffic.tenants
    .flatMap(tenant => ofTenant(tenant, traffic))
    .sort((one, other) => one.at - other.at)
    .map((one, place) => ({ ...one, number: place + 1 }))
