/** An address and what is below it, as one. */

/** The base and the path as one address, with one slash between them; a query of the base stays at the end. */
export const joinUrl = (base: string, path: string): string => {
  const question = base.indexOf('?')
  const bare = question < 0 ? base : base.slice(0, question)
  const query = question < 0 ? '' : base.slice(question)
  const joined = `${bare.replace(/\/+$/, '')}${path}`
  return query !== '' && path.includes('?') ? `${joined}&${query.slice(1)}` : `${joined}${query}`
}

/** As `joinUrl` with this base, each address made once: they are few, and asked for with every request. */
export const joinedTo = (base: string): ((path: string) => string) => {
  const known = new Map<string, string>()
  return path => {
    const address = known.get(path) ?? joinUrl(base, path)
    known.set(path, address)
    return address
  }
}
