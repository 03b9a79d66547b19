/** The table of all scenarios: for each, who asks, who answers, and what is lost between them. */
/** What became of a scenario between one client and one provider, whole and streamed. */
export interface Entry {
  readonly scenario: string
  readonly client: string
  readonly server: string
  readonly whole?: string
  readonly stream?: string
}

const cellText = ({ whole, stream }: Entry): string => {
  if (whole === undefined || stream === undefined || whole === stream) return whole ?? stream ?? '-'
  return `${whole}; streamed: ${stream}`
}

const table = (scenario: string, entries: readonly Entry[], servers: readonly string[]): string => {
  const notes: string[] = []
  const marked = (told: string): string => {
    if (told === 'ok' || told === '-') return told
    if (!notes.includes(told)) notes.push(told)
    return `[${notes.indexOf(told) + 1}]`
  }
  const clients = [...new Set(entries.map(({ client }) => client))]
  const rows = clients.map(client => {
    const cells = servers.map(server => {
      const entry = entries.find(one => one.client === client && one.server === server)
      return marked(entry === undefined ? '?' : cellText(entry)).padEnd(19)
    })
    return `  ${client.padEnd(20)}${cells.join('')}`.trimEnd()
  })
  const told = notes.map((note, at) => `  [${at + 1}] ${note}`)
  return [scenario, ...rows, ...told].join('\n')
}

/** All tables, below a line that names the providers. */
export const pageOf = (entries: readonly Entry[]): string => {
  const servers = [...new Set(entries.map(({ server }) => server))]
  const scenarios = [...new Set(entries.map(({ scenario }) => scenario))]
  const tables = scenarios.map(scenario =>
    table(
      scenario,
      entries.filter(one => one.scenario === scenario),
      servers,
    ),
  )
  const head = [
    'Who asks stands at the left, who answers above. ok: all of it arrives, both ways; -: it cannot be asked in these words;',
    'a number: what is lost, by the names that the client is told.',
    `  ${''.padEnd(20)}${servers.map(server => server.padEnd(19)).join('')}`.trimEnd(),
  ]
  return `${[head.join('\n'), ...tables].join('\n\n')}\n`
}
