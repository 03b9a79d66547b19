/** Which deployments have the beginning of a session's conversation in their cache, as far as they told. */
import type { DeploymentId, VirtualKeyId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Usage } from '../domain/stream-event.ts'
import { tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { countIn, listIn, memberIn, momentIn, textIn } from './saved.ts'
import type { Restoring } from './saved.ts'
import { ownName, shortName } from './short-name.ts'

/** What is cached is kept for so long after it was last used, or an hour where it was written for that. */
const shortLife = 300_000
const longLife = 3_600_000

/** Sessions; the one that was used longest ago goes. */
const mostSessions = 8_192
/** Deployments of one session; likewise. */
const mostPlaces = 8
const mostSaved = 2_048

interface Warm {
  readonly tokens: number
  readonly until: Instant
  readonly isLong: boolean
}
/** What a deployment is expected to have cached, and until when. */
export type Cached = Pick<Warm, 'tokens' | 'until'>

/** Names of sessions are their callers' own: another key's session of the same name is another session. */
const nameOf = (key: VirtualKeyId, session: string): string => `${key}\n${shortName(session)}`

/** What a provider told to have read from its cache or written there. */
const cachedOf = ({ inputCached, inputCacheWritten }: Usage): number => inputCached + inputCacheWritten

/** By session alone: who names none has no beginning that could be known without reading it. */
export class Warmth {
  readonly #sessions = new Map<string, Map<DeploymentId, Warm>>()

  get sessions(): number {
    return this.#sessions.size
  }

  /** Takes what each attempt of a request told; one that was whole and had nothing cached leaves nothing warm. */
  settled(key: VirtualKeyId, session: string, attempts: readonly Attempt[]): void {
    const told = attempts.filter(({ usage }) => usage !== undefined)
    if (told.length === 0) return
    const name = nameOf(key, session)
    const places = this.#sessions.get(name) ?? new Map<DeploymentId, Warm>()
    for (const attempt of told) noteAttempt(places, attempt)
    this.#sessions.delete(name)
    if (places.size > 0) this.#put(ownName(name), places)
  }

  #put(name: string, places: Map<DeploymentId, Warm>): void {
    this.#sessions.set(name, places)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest)
  }

  find(id: DeploymentId, key: VirtualKeyId, session: string, now: Instant): Cached | undefined {
    const warm = this.#sessions.get(nameOf(key, session))?.get(id)
    return warm !== undefined && now < warm.until ? warm : undefined
  }

  keepOnly(ids: ReadonlySet<DeploymentId>): void {
    for (const [name, places] of this.#sessions) {
      for (const id of places.keys()) if (!ids.has(id)) places.delete(id)
      if (places.size === 0) this.#sessions.delete(name)
    }
  }

  /** The sessions used last. */
  save(now: Instant): readonly unknown[] {
    return [...this.#sessions].slice(-mostSaved).flatMap(([name, places]) => {
      const at = [...places].flatMap(([id, warm]) => (now < warm.until ? [{ id, ...warm }] : []))
      return at.length === 0 ? [] : [{ name, at }]
    })
  }

  restore(saved: unknown, restoring: Restoring): void {
    for (const one of listIn(saved).slice(-mostSaved)) {
      const name = textIn(one, 'name')
      const places = new Map(listIn(memberIn(one, 'at')).flatMap(place => warmIn(place, restoring)))
      if (name !== undefined && places.size > 0) this.#put(name, places)
    }
  }
}

/** What was written for an hour is read for an hour more. */
const isLongOf = ({ inputCacheWrittenLong = tokens(0), inputCached }: Usage, before: Warm | undefined): boolean =>
  inputCacheWrittenLong > 0 || (inputCached > 0 && before?.isLong === true)

/** Used last stands last. */
const noteAttempt = (places: Map<DeploymentId, Warm>, { usage, candidate, startedAt, failure }: Attempt): void => {
  const before = places.get(candidate.id)
  const cached = usage === undefined ? 0 : cachedOf(usage)
  if (usage === undefined || !(cached > 0)) {
    if (failure === undefined) places.delete(candidate.id)
    return
  }
  const isLong = isLongOf(usage, before)
  places.delete(candidate.id)
  places.set(candidate.id, { tokens: cached, until: (startedAt + (isLong ? longLife : shortLife)) as Instant, isLong })
  const [oldest] = places.keys()
  if (places.size > mostPlaces && oldest !== undefined) places.delete(oldest)
}

const warmIn = (saved: unknown, restoring: Restoring): readonly (readonly [DeploymentId, Warm])[] => {
  const { now } = restoring
  const [id, cached, until] = [textIn(saved, 'id'), countIn(saved, 'tokens'), momentIn(saved, 'until', restoring)]
  if (id === undefined || cached === undefined || until === undefined || until <= now) return []
  const warm = {
    tokens: cached,
    until: Math.min(until, now + longLife) as Instant,
    isLong: memberIn(saved, 'isLong') === true,
  }
  return [[id as DeploymentId, warm]]
}
