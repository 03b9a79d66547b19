/** Scores to shares of the traffic: in proportion among the best, and a bounded part for the rest. */

/** How the traffic is shared. */
export interface Sharing {
  /** Who is short of the top score by no more than this share of it is among the best. */
  readonly within: number
  /** What all the rest get together, at most. */
  readonly rest: number
}

/**
 * The share of each, in the sequence of the scores; they sum to 1. Among the best it is in proportion to the score. The
 * rest have equal shares, so that the worst is tried as well, and none of them gets more than one who just belongs to the
 * best: so whoever scores higher never gets less than before.
 */
export const trafficShares = (scores: readonly number[], { within, rest }: Sharing): readonly number[] => {
  const top = Math.max(...scores)
  if (!(top > 0)) return scores.map(() => 1 / scores.length)
  const threshold = top * (1 - within)
  const best = scores.reduce((sum, score) => (score >= threshold ? sum + score : sum), 0)
  const others = scores.filter(score => score < threshold).length
  const each = others === 0 ? 0 : Math.min(threshold, ((rest / (1 - rest)) * best) / others)
  const sum = best + others * each
  return scores.map(score => (score >= threshold ? score : each) / sum)
}
