/** Headers of a request: those that always go along, and those of the client that may pass. */

/** Flat; later ones win. `accept-encoding: identity` since bytes are passed on and scanned as they come. */
export const standingHeaders = (
  version: string,
  accept: string,
  ...more: readonly (Readonly<Record<string, string>> | undefined)[]
): readonly string[] => {
  const named = new Map<string, string>([
    ['content-type', 'application/json'],
    ['accept', accept],
    ['accept-encoding', 'identity'],
    ['user-agent', `signalbox/${version}`],
  ])
  for (const headers of more)
    for (const [name, value] of Object.entries(headers ?? {})) named.set(name.toLowerCase(), value)
  return [...named].flat()
}

/** The standing headers with those of the client that may pass. Lists such as `anthropic-beta` are joined, other values replaced. */
export const withPassing = (
  standing: readonly string[],
  given: readonly string[] | undefined,
  passes: readonly string[] = [],
): readonly string[] => {
  if (given === undefined) return standing
  const headers = [...standing]
  for (let place = 0; place + 1 < given.length; place += 2) {
    const name = (given[place] ?? '').toLowerCase()
    const value = given[place + 1] ?? ''
    if (!passes.includes(name)) continue
    const at = headers.findIndex((one, index) => index % 2 === 0 && one === name)
    if (at < 0) headers.push(name, value)
    else headers[at + 1] = name.endsWith('-beta') ? `${headers[at + 1]},${value}` : value
  }
  return headers
}

/** The headers with this one and no other of its name. */
export const withHeader = (headers: readonly string[], name: string, value: string): readonly string[] => {
  const kept: string[] = []
  for (let place = 0; place + 1 < headers.length; place += 2) {
    if (headers[place] !== name) kept.push(headers[place] ?? '', headers[place + 1] ?? '')
  }
  return [...kept, name, value]
}
