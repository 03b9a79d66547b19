/** The same digest for the same value, whatever the order of its keys. */

/** JSON with sorted keys; undefined members are left out. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(one => canonical(one ?? null)).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

const mix = (text: string, seed: number): number => {
  let hash = seed
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** 16 hex digits that name the value. Two different values share one by accident once in some 10^19; not for secrets. */
export const fingerprint = (value: unknown): string => {
  const text = canonical(value)
  return [0x811c9dc5, 0x01234567].map(seed => mix(text, seed).toString(16).padStart(8, '0')).join('')
}
