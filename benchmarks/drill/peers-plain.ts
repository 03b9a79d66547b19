/** The plain algorithms: turns, a fixed order, the cheapest, the best, stickiness by session. */
import { hashOf } from '../../src/world/chance.ts'
import { least, oneOf, untried } from './peer.ts'
import type { PeerGround, PeerMaker } from './peer.ts'

/** Everyone in turn, however ill, slow or dear; whoever fails is followed by the next. */
export const roundRobin: PeerMaker = ({ places }) => {
  let turn = 0
  return {
    choose: ({ tried }) => {
      for (let tries = 0; tries < places.length; tries++) {
        const place = places[turn++ % places.length]
        if (place !== undefined && !tried.has(place.id)) return place.id
      }
      return undefined
    },
  }
}

/** One of all by chance. */
export const atRandom: PeerMaker = ({ places, chance }) => ({
  choose: choice => oneOf(untried(places, choice), chance),
})

/** Always the first, and the next only where it fails: Portkey's mode `fallback`. */
export const inOrder: PeerMaker = ({ places }) => ({ choose: choice => untried(places, choice)[0] })

const costOf = ({ places, models }: PeerGround, id: string): number => {
  const place = places.find(one => one.id === id)
  const model = place === undefined ? undefined : models.get(place.model)
  return model === undefined ? Infinity : (model.price.input + model.price.output) * (place?.price ?? 1)
}

/** The lowest price, whatever it is worth: LiteLLM's `cost-based-routing`. */
export const cheapest: PeerMaker = ground => ({
  choose: choice => least(untried(ground.places, choice), id => costOf(ground, id)),
})

/** The highest configured score for the task, whatever it costs. */
export const bestScore: PeerMaker = ground => ({
  choose: choice =>
    least(untried(ground.places, choice), id => {
      const scores = ground.scores[id] ?? {}
      return -(scores[choice.asking.prompt.task] ?? scores['*'] ?? 0)
    }),
})

/** Every session has its place by a hash, for better or worse. */
export const hashed: PeerMaker = ({ places }) => ({
  choose: choice => least(untried(places, choice), id => hashOf(`${choice.asking.session} ${id}`)),
})

/** Every tenant has its place by a hash, for better or worse. */
export const hashedByTenant: PeerMaker = ({ places }) => ({
  choose: choice => least(untried(places, choice), id => hashOf(`${choice.asking.tenant} ${id}`)),
})
