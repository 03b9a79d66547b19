/** Names of models in which a `*` stands for any letters. */

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** Upper and lower case are the same: providers do not tell models apart by it. */
export const fits = (pattern: string, name: string): boolean => {
  if (!pattern.includes('*')) return pattern.toLowerCase() === name.toLowerCase()
  return new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 'i').test(name)
}

/** True if one of the names fits one of the patterns. */
export const fitsAny = (patterns: readonly string[], names: readonly string[]): boolean =>
  patterns.some(pattern => names.some(name => fits(pattern, name)))
