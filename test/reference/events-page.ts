/** The page on events, made from their union and from the places that tell them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder, isTest, root } from '../house/sources.ts'
import { madeOf, onOneLine, table } from './markdown.ts'

/** One member of the union. */
export interface EventDoc {
  readonly type: string
  readonly sentence: string
  /** Its members beside the common ones. */
  readonly carries: readonly string[]
}

/** The events of the source, with the sentence above each. */
export const eventDocs = (source: string): readonly EventDoc[] => {
  const union = /export type GatewayEvent =\n([\s\S]*?)\n\n/.exec(source)?.[1] ?? ''
  return [...union.matchAll(/(?: {2}\/\*\* (.*?) \*\/\n)? {2}\| \(RequestEvent & \{([\s\S]*?)\}\)/g)].map(
    ([, sentence = '', body = '']) => {
      const members = body.split(/[\n;]/).map(onOneLine).filter(Boolean)
      const type = /readonly type: '([^']+)'/.exec(body)?.[1] ?? ''
      const carries = members.filter(one => !one.startsWith('readonly type:')).map(one => one.replace('readonly ', ''))
      return { type, sentence, carries }
    },
  )
}

/** An interface of the source, as it is written there. */
export const interfaceIn = (source: string, name: string): string =>
  new RegExp(`(?:/\\*\\* [^\\n]* \\*/\\n)?export interface ${name} [\\s\\S]*?\\n\\}`).exec(source)?.[0] ?? ''

/** The rooms that tell this event. */
const tellersOf = (type: string): string => {
  const files = filesUnder('src', path => path.endsWith('.ts') && !isTest(path) && !path.startsWith('src/domain/'))
  const rooms = files.filter(({ text }) => text.includes(`type: '${type}'`)).map(({ path }) => path.split('/')[1] ?? '')
  return rooms.length === 0 ? 'nobody yet' : [...new Set(rooms)].map(room => `\`src/${room}/\``).join(', ')
}

const eventRow = ({ type, sentence, carries }: EventDoc): readonly string[] => [
  `\`${type}\``,
  sentence,
  carries.length === 0 ? 'nothing more' : carries.map(one => `\`${one}\``).join(', '),
  tellersOf(type),
]

/** The page. */
export const eventsPage = (): string => {
  const source = readFileSync(join(root, 'src/domain/gateway-event.ts'), 'utf8')
  return [
    '# Events',
    madeOf('src/domain/gateway-event.ts'),
    'Everything that happens to a request, in the order in which it happens. `gateway.listen(event => …)` of the library hears all of them; live state, metrics, spans, log and journal are made of nothing else. Each has `type`, `at` (milliseconds since 1970) and `request`; a listener is called at once and must not wait. None holds a prompt or an answer; a failure may quote what a provider said, its credentials cut out, which log and journal leave away.',
    table(['event', 'what has happened', 'carries', 'told by'], eventDocs(source).map(eventRow)),
    '## What `request-settled` tells',
    'Spans, metrics and the log line are drawn from this alone. The journal keeps it under `outcomes`, with the decision by its id.',
    `\`\`\`ts\n${interfaceIn(source, 'Settled')}\n\n${interfaceIn(source, 'AttemptRecord')}\n\n${interfaceIn(source, 'SettledRecord')}\n\`\`\``,
  ].join('\n\n')
}
