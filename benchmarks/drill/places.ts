/** The deployments that drills are made of: one model at several providers, or the nine models at their own. */
import type { Spell } from './weather.ts'
import type { Place } from './simulated-provider.ts'
import type { Tenant } from './traffic.ts'

const mini = 'gpt-4o-mini-2024-07-18'

/** Twenty requests a second of one tenant in 400 sessions. */
export const steadyTenant: Tenant = { name: 'all', rate: 20, sessions: 400 }

/** One model at three providers: the first is the fastest and cheapest, each can carry everything alone, with a little queueing. */
export const threeHosts: readonly Place[] = [
  { id: 'north', model: mini, firstToken: 0.8, price: 1, capacity: 120 },
  { id: 'east', model: mini, firstToken: 1.1, price: 1.15, capacity: 90 },
  { id: 'west', model: mini, firstToken: 1.4, price: 1.3, capacity: 90 },
]

/** One model at four providers of nearly the same price, of whom the fastest at the median is the worst at the tail. */
export const fourHosts: readonly Place[] = [
  { id: 'spiky', model: mini, firstToken: 0.7, price: 1 },
  { id: 'moody', model: mini, firstToken: 0.85, price: 1 },
  { id: 'steady', model: mini, firstToken: 1, price: 1.05 },
  { id: 'plain', model: mini, firstToken: 1.3, price: 1 },
]

/** One request of ten waits twelve times as long at the one; the others have slow minutes, never two at once. */
export const tailWeather: readonly Spell[] = [
  { on: 'spiky', from: 0, to: 600, tail: { share: 0.1, times: 12 } },
  { on: 'moody', from: 150, to: 210, slow: 4 },
  { on: 'steady', from: 270, to: 330, slow: 3 },
  { on: 'moody', from: 390, to: 450, slow: 4 },
]

/** Three alike, each with room for a little more than half of what is asked: whoever sends all to the fastest makes it slow. */
export const threeAlike: readonly Place[] = [
  { id: 'one', model: mini, capacity: 36 },
  { id: 'two', model: mini, firstToken: 1.02, capacity: 36 },
  { id: 'three', model: mini, firstToken: 1.04, capacity: 36 },
]

/** The nine recorded models at their own prices and speeds. */
export const nineModels: readonly Place[] = [
  { id: 'gpt-4o', model: 'gpt-4o-2024-08-06', tags: { tier: 'premium' } },
  { id: 'gpt-4o-mini', model: mini, tags: { tier: 'standard' } },
  { id: 'sonnet', model: 'claude-3-5-sonnet-20241022', tags: { tier: 'premium' } },
  { id: 'haiku', model: 'claude-3-haiku-20240307', tags: { tier: 'standard' } },
  { id: 'gemini-pro', model: 'gemini-1.5-pro', tags: { tier: 'premium' } },
  { id: 'gemini-flash', model: 'gemini-1.5-flash', tags: { tier: 'standard' } },
  { id: 'mistral-large', model: 'mistral-large-2407', tags: { tier: 'premium' } },
  { id: 'llama-70b', model: 'llama-3.1-70b-instruct', tags: { tier: 'standard' } },
  { id: 'llama-8b', model: 'llama-3.1-8b-instruct', tags: { tier: 'economy' } },
]

/** One model at three providers that each let 700 requests a minute pass: more than a third of calm traffic, less than all. */
export const limitedHosts: readonly Place[] = [
  { id: 'north', model: mini, rpm: 700, capacity: 80 },
  { id: 'east', model: mini, rpm: 700, capacity: 80, firstToken: 1.05 },
  { id: 'west', model: mini, rpm: 700, capacity: 80, firstToken: 1.1 },
]

/** Ten tenants; in minutes 3 to 6 one of them asks for ten times what each of the others does. */
export const tenTenants: readonly Tenant[] = [
  ...Array.from({ length: 9 }, (_, place) => ({ name: `t${place + 1}`, rate: 1.6, sessions: 20 })),
  { name: 'noisy', rate: 1.6, sessions: 4, to: 180 },
  { name: 'noisy', rate: 17, sessions: 4, from: 180, to: 360 },
  { name: 'noisy', rate: 1.6, sessions: 4, from: 360 },
]
