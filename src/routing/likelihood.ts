/** How sure a difference is, by the normal distribution. */

/** Standard errors from the mean to a one-sided bound at 90 %, the confidence at which `low` is told. */
export const errorsAt90 = 1.2815515655446004

/** Probability that a normal variable is below `errors` standard errors (Abramowitz and Stegun 7.1.26, within 1.5e-7). */
export const below = (errors: number): number => {
  const size = Math.abs(errors) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * size)
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const tail = (series * Math.exp(-size * size)) / 2
  return errors < 0 ? tail : 1 - tail
}

/** How many standard errors below the mean a one-sided bound at this confidence lies (Abramowitz and Stegun 26.2.23). */
export const errorsAt = (confidence: number): number => {
  if (confidence === 0.9) return errorsAt90
  const tail = Math.min(confidence, 1 - confidence)
  if (tail <= 0) return confidence < 0.5 ? -8 : 8
  const t = Math.sqrt(-2 * Math.log(tail))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const under = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  const errors = t - above / under
  return confidence < 0.5 ? -errors : errors
}

/** Probability that a lead is real, given its standard error; certain either way without error, even without lead. */
export const isRealLead = (lead: number, error: number): number => {
  if (error > 0) return below(lead / error)
  if (lead === 0) return 0.5
  return lead > 0 ? 1 : 0
}
