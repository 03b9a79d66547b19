/** Keeps a session, a user or a tenant with one candidate, as long as that candidate can take it. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { SeedBy } from '../../domain/policy.ts'
import type { Order } from '../../ports/strategy.ts'
import { drawer, relativeWeights, sharesOf, weightedKey } from '../draw.ts'
import { lackOfRoom } from '../headroom.ts'
import { candidateSignal, isKnown } from '../measures.ts'
import { defaulting, maker, optional } from '../options.ts'
import { share, staysBy } from '../parsers.ts'
import { decimal } from '../wording.ts'

type By = Exclude<SeedBy, 'request'>

/** Why a candidate steps back, the least of reasons first; each reason's keys stand behind all of those before it. */
const reasons = ['', 'it does enough for this tenant', 'its limits are used up', 'its circuit is open'] as const
const stepBack = 1_000_000

const ownTag = ({ tags }: Facts['request'], name: string): string | undefined =>
  Object.hasOwn(tags, name) ? tags[name] : undefined

/** What is kept together; undefined where this request has none, and so nothing to stay with. */
const tokenOf = ({ request, seeds }: Facts, by: By): string | undefined => {
  if (by === 'session') return seeds?.session
  if (by === 'user') return seeds?.user ?? request.caller.user
  return ownTag(request, by.slice('tags.'.length))
}

/** How far each steps back: an index of `reasons`. */
const stepsBack = (candidate: Candidate, facts: Facts, tenantShare: number | undefined): number => {
  if (candidateSignal(facts, 'candidate.circuit', candidate)?.open === true) return 3
  if (lackOfRoom(candidate, facts) !== undefined) return 2
  const own = candidateSignal(facts, 'candidate.tenantShare', candidate)
  return tenantShare !== undefined && isKnown(own) && own > tenantShare ? 1 : 0
}

/** Places in the order that belongs to the token alone: by the highest random weight, so that who goes away moves only their own. */
const placesFor = (token: string, tied: readonly Candidate[]): readonly (number | undefined)[] => {
  // The step's own word before the token, so that it does not follow a split that draws by the same one.
  const draw = drawer(`sticky\u0000${token}`)
  const weights = relativeWeights(tied.map(({ weight }) => weight))
  const keys = tied.map(({ id }, place) => weightedKey(draw(id), weights[place] ?? 0))
  const inOrder = [...keys.keys()]
    .filter(place => keys[place] !== undefined)
    .sort((one, other) => (keys[one] ?? 0) - (keys[other] ?? 0) || one - other)
  const places: (number | undefined)[] = keys.map(() => undefined)
  for (const [rank, place] of inOrder.entries()) places[place] = rank
  return places
}

interface Asked {
  readonly by: By
  readonly tenantShare: number | undefined
}

const keys = (
  tied: readonly Candidate[],
  facts: Facts,
  { by, tenantShare }: Asked,
): readonly (number | undefined)[] => {
  const token = tokenOf(facts, by)
  if (token === undefined) return tied.map(() => undefined)
  return placesFor(token, tied).map((place, at) => {
    const candidate = tied[at]
    if (place === undefined || candidate === undefined) return undefined
    return place + stepBack * stepsBack(candidate, facts, tenantShare)
  })
}

/** Over all sessions: those who step back least, by weight. */
const odds = (tied: readonly Candidate[], facts: Facts, { by, tenantShare }: Asked): readonly number[] | undefined => {
  if (tokenOf(facts, by) === undefined) return undefined
  const weights = relativeWeights(tied.map(({ weight }) => weight))
  const back = tied.map(candidate => stepsBack(candidate, facts, tenantShare))
  const least = Math.min(...back.filter((_, place) => (weights[place] ?? 0) > 0))
  return sharesOf(weights.map((weight, place) => (back[place] === least ? weight : 0)))
}

const words = (key: number): string => {
  const back = Math.floor(key / stepBack)
  const place = key - back * stepBack
  const said = `choice ${decimal(place + 1, 0)}`
  return back === 0 ? said : `${said} (steps back: ${reasons[back] ?? 'it cannot be called'})`
}

const order = (asked: Asked): Order => ({
  kind: 'order',
  name: 'sticky',
  reads: [
    'candidate.circuit',
    'candidate.headroom',
    ...(asked.tenantShare === undefined ? [] : (['candidate.tenantShare'] as const)),
  ],
  keys: (tied, facts) => keys(tied, facts, asked),
  odds: (tied, facts) => odds(tied, facts, asked),
  words,
  unknown: 'without weight',
})

/** `sticky`: by rendezvous hashing. It keeps nobody with a candidate that cannot take them, nor a whole tenant with one. */
export const sticky = maker({
  name: 'sticky',
  kind: 'order',
  sentence:
    'Gives each session, user or tag its own order of the candidates, by weight, which stays the same as they come and go: only those who had the one that went away move. A candidate steps back behind the others while its limits are used up, its circuit is open or it does enough for the tenant. A request without session, user or tag is not moved.',
  options: {
    by: defaulting(staysBy, 'What stays together.', 'session'),
    tenantShare: optional(
      share,
      'Of what a candidate did in the last minute, how much may be for the tenant who asks before it steps back for that tenant; without it, any.',
    ),
  },
  build: order,
})
