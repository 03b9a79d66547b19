/** Bifrost's classic formula as once published, its gaps filled in as said here. */
import { least, oneOf, untried } from './peer.ts'
import type { PeerMaker } from './peer.ts'

/** Weights are computed anew every so many milliseconds. */
const every = 5_000
/** Half of an error, or of a call, is forgotten after this; that it decays is published, how fast is not. */
const halfLife = 30_000
/** The error rate from which a route has failed. */
const failedFrom = 0.05
const degradedFrom = 0.02
/** With successes, nine tenths of the error penalty are gone so long after the last failure. */
const momentumWithin = 30_000
const band = 0.05
const exploring = 0.25
const [lightest, heaviest] = [1, 1000]

interface Route {
  calls: number
  errors: number
  latency: number | undefined
  lastFailure: number
  /** Successes in a row since then. */
  good: number
  /** Requests since the weights were last computed. */
  recent: number
  at: number
  weight: number
  isIll: boolean
}

const fresh = (): Route => ({
  calls: 0,
  errors: 0,
  latency: undefined,
  lastFailure: -Infinity,
  good: 0,
  recent: 0,
  at: 0,
  weight: heaviest,
  isIll: false,
})

const fade = (route: Route, now: number): void => {
  const left = 0.5 ** ((now - route.at) / halfLife)
  route.calls *= left
  route.errors *= left
  route.at = now
}

const weigh = (routes: ReadonlyMap<string, Route>, now: number): void => {
  const all = [...routes.values()]
  const fastest = Math.min(...all.map(({ latency }) => latency ?? Infinity))
  const asked = all.reduce((sum, { recent }) => sum + recent, 0)
  for (const route of all) {
    fade(route, now)
    const rate = route.calls < 1 ? 0 : route.errors / route.calls
    const eased = route.good > 0 ? 0.9 * Math.min(1, (now - route.lastFailure) / momentumWithin) : 0
    const error = Math.min(1, rate / failedFrom)
    const slow = route.latency === undefined ? 0 : 1 - fastest / route.latency
    const share = asked === 0 ? 0 : route.recent / asked
    const busy = Math.min(1, Math.max(0, share * all.length - 1))
    const score = 0.5 * error + 0.2 * slow + 0.05 * busy - 0.5 * error * eased
    route.weight = lightest + (1 - score) * (heaviest - lightest)
    route.isIll = rate > degradedFrom
    route.recent = 0
  }
}

const byWeight = (ids: readonly string[], weight: (id: string) => number, chance: () => number): string | undefined => {
  let draw = chance() * ids.reduce((sum, id) => sum + weight(id), 0)
  return ids.find(id => (draw -= weight(id)) < 0) ?? ids.at(-1)
}

/**
 * Score = 0.5 error + 0.2 latency + 0.05 utilisation - momentum, every 5 s; a weighted draw among those within 5 % of the
 * best. While a route is ill, a quarter of the choices goes to one that is.
 */
export const classic: PeerMaker = ({ places, chance }) => {
  const routes = new Map(places.map(({ id }) => [id, fresh()]))
  const of = (id: string): Route => routes.get(id) ?? fresh()
  let next = every
  return {
    choose: choice => {
      if (choice.now >= next) {
        weigh(routes, choice.now)
        next = choice.now + every
      }
      const left = untried(places, choice)
      const ill = left.filter(id => of(id).isIll)
      const isFirst = choice.tried.size === 0
      if (isFirst && ill.length > 0 && ill.length < left.length && chance() < exploring) return oneOf(ill, chance)
      const best = least(left, id => -of(id).weight)
      const top = best === undefined ? 0 : of(best).weight
      return byWeight(
        left.filter(id => of(id).weight >= top * (1 - band)),
        id => of(id).weight,
        chance,
      )
    },
    started: id => void (of(id).recent += 1),
    heard: (id, { firstToken = 0 }) => {
      const route = of(id)
      route.latency = route.latency === undefined ? firstToken : route.latency + 0.1 * (firstToken - route.latency)
    },
    ended: (id, { ok, now }) => {
      const route = of(id)
      fade(route, now)
      route.calls += 1
      if (ok) route.good += 1
      else Object.assign(route, { errors: route.errors + 1, lastFailure: now, good: 0 })
    },
  }
}
