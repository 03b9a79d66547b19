/** The five known ways in which routing fails, each beside what guards against it. */
import { policy, tenMinutes } from './drill.ts'
import type { Drill } from './drill.ts'
import { balancers, floored, flooredLoosely } from './drills-of-problems.ts'
import { classic } from './peer-classic.ts'
import { litellm, twoChoices } from './peers-latency.ts'
import { atRandom, bestScore, cheapest, hashedByTenant, roundRobin } from './peers-plain.ts'
import { limitedHosts, nineModels, steadyTenant, tenTenants, threeAlike } from './places.ts'

const noFloor: Drill = {
  name: 'no-floor',
  title: 'Cost routing without a floor',
  about:
    'The same nine models. Whoever goes by price alone sends everything to the weakest. Good is: near the price of that, with the floor kept. The check refuses the policy without a floor unless it says withoutFloor.',
  lasts: tenMinutes,
  places: nineModels,
  tenants: [steadyTenant],
  spells: [],
  contenders: [
    { name: 'cheapest (LiteLLM, cost)', peer: cheapest },
    { name: 'round-robin', peer: roundRobin },
    {
      name: 'Signalbox, without a floor',
      policy: policy('capable, healthy, { use: cheap, with: { withoutFloor: true } }'),
    },
    { name: 'Signalbox, with floors', policy: floored },
  ],
  columns: ['errors', 'quality', 'cost', 'firstP50', 'firstP99'],
}

const herd: Drill = {
  name: 'stale-window',
  title: 'Latency routing that flaps on a stale window',
  about:
    'Three providers alike, each with room for a little more than half of the traffic; one of them is slow for two minutes. Whoever sends everything to the one that was fastest a moment ago makes it slow, and whoever never looks again does not come back. Good is: shared load, few changes of leader, a low p99, and a return.',
  lasts: tenMinutes,
  places: threeAlike,
  tenants: [steadyTenant],
  spells: [{ on: 'one', from: 180, to: 300, slow: 4 }],
  ill: { id: 'one', from: 180, to: 300 },
  contenders: [
    ...balancers,
    {
      name: 'Signalbox, fast',
      policy: policy('capable, healthy, within-limits, { use: fast, with: { by: first-token, within: 10% } }, random'),
    },
    {
      name: 'Signalbox, fast then least busy',
      policy: policy(
        'capable, healthy, within-limits, { use: fast, with: { by: first-token, within: 40% } }, least-busy',
      ),
    },
    { name: 'Signalbox, adaptive', policy: policy('capable, healthy, within-limits, adaptive') },
  ],
  columns: ['errors', 'firstP50', 'firstP95', 'firstP99', 'switches', 'evacuated', 'returned', 'calls'],
  pictures: ['LiteLLM, latency', 'EWMA', 'Signalbox, fast', 'Signalbox, fast then least busy'],
}

const mixed: Drill = {
  name: 'mixed-tiers',
  title: 'Round-robin over mixed tiers',
  about:
    'Turns over nine models that differ a hundred times in price and by a third in quality: whose turn it is decides what a user gets. Good is: turns only among those that are alike. The check warns of the policy without.',
  lasts: tenMinutes,
  places: nineModels,
  tenants: [steadyTenant],
  spells: [],
  contenders: [
    { name: 'round-robin', peer: roundRobin },
    { name: 'at random', peer: atRandom },
    { name: 'P2C', peer: twoChoices },
    { name: 'Signalbox, turns over all', policy: policy('capable, healthy, round-robin') },
    {
      name: 'Signalbox, turns among the good',
      policy: policy('capable, healthy, { use: good, with: { within: 0.04 } }, round-robin'),
    },
    {
      name: 'Signalbox, floors, cheap, turns',
      policy: floored,
    },
  ],
  columns: ['errors', 'quality', 'cost', 'firstP50', 'firstP99'],
}

/** What an evaluation of long ago says: haiku as good as gpt-4o, gpt-4o-mini as weak as the smallest. */
const outdated = nineModels.map(place => {
  if (place.id === 'haiku')
    return { ...place, quality: { '*': 0.86, 'competition-math': 0.6, 'math-word-problem': 0.97 } }
  if (place.id === 'gpt-4o-mini') {
    return { ...place, quality: { '*': 0.55, 'competition-math': 0.2, 'math-word-problem': 0.8 } }
  }
  return place
})

const stale: Drill = {
  name: 'stale-evaluation',
  title: 'Scores of long ago',
  about:
    'The configured scores are wrong from the beginning: a weak model stands as one of the best, a good one as one of the worst. A quarter of all answers is scored. Good is: not to believe it for long.',
  lasts: tenMinutes,
  places: outdated,
  tenants: [steadyTenant],
  spells: [],
  contenders: [
    { name: 'round-robin', peer: roundRobin },
    { name: 'best score, as configured', peer: bestScore },
    { name: 'Bifrost, classic', peer: classic },
    { name: 'Signalbox, scores not told', policy: flooredLoosely },
    { name: 'Signalbox, scores told', policy: flooredLoosely, isTold: true },
  ],
  columns: ['errors', 'quality', 'cost', 'calls'],
}

const nailed: Drill = {
  name: 'sticky-tenant',
  title: 'Stickiness that nails a noisy tenant to one provider',
  about:
    'Tenants keep their provider, and one of them becomes ten times as loud: its provider is full, and so are those who share it. Good is: nobody else notices.',
  lasts: tenMinutes,
  places: limitedHosts,
  tenants: tenTenants,
  spells: [],
  noisy: 'noisy',
  contenders: [
    { name: 'by a hash of the tenant', peer: hashedByTenant },
    { name: 'round-robin', peer: roundRobin },
    { name: 'LiteLLM, latency', peer: litellm },
    { name: 'Bifrost, classic', peer: classic },
    {
      name: 'Signalbox, sticky by tenant',
      policy: policy('capable, healthy, within-limits, { use: sticky, with: { by: tags.tenant } }'),
    },
    {
      name: 'Signalbox, sticky with a share',
      policy: policy(
        'capable, healthy, within-limits, { use: sticky, with: { by: tags.tenant, tenantShare: 50% } }, least-busy',
      ),
    },
  ],
  columns: ['errors', 'othersErrors', 'rescued', 'othersFirstP99', 'noisyFirstP99', 'noisyTop', 'kept', 'calls'],
}

export const failures: readonly Drill[] = [noFloor, herd, mixed, stale, nailed]
