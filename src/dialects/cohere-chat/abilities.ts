/** What a model of Cohere takes and what it refuses, by its name. */

/** How one model differs from the others in what it takes. */
export interface Abilities {
  /** It can be told to call a tool, or none. */
  readonly choice: boolean
  /** It thinks before it answers, and can be told how much. */
  readonly thinking: boolean
}

const older: Abilities = { choice: false, thinking: false }
const plain: Abilities = { choice: true, thinking: false }
const stranger: Abilities = { choice: true, thinking: true }

// From Cohere's pages on its models; the first that fits counts.
const rows: readonly (readonly [RegExp, Abilities])[] = [
  [/command(?:-light|-nightly)?$/, older],
  [/command-r(?:-plus)?(?:$|-v\d|-\d\d-20\d\d)/, older],
  [/command-r7b/, plain],
  [/command-a-(?:03-2025|vision|translate)/, plain],
  [/aya/, older],
]

/** What this model takes. One that is not known takes what it is given. */
export const abilitiesOf = (model: string): Abilities => {
  const name = model.toLowerCase()
  return rows.find(([pattern]) => pattern.test(name))?.[1] ?? stranger
}
