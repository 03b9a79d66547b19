/** Cuts the bytes of an answer wherever they can be cut: what is read of them must be the same. */
import { createHash } from 'node:crypto'
import { nothing } from '../../src/domain/delivery.ts'
import type { Delivery } from '../../src/domain/delivery.ts'
import type { AnswerReader } from '../../src/ports/provider.ts'
import { eventsOf } from '../seen/seen.ts'
import { readAll } from './read-recorded.ts'

/** Shorter answers are cut in two at every byte; longer ones at 500 places by chance, the same in each run, twenty at a time. */
const [short, runs, cutsInRun] = [1000, 25, 20]
const placesOf = (length: number): readonly (readonly number[])[] => {
  if (length <= short) return Array.from({ length }, (_, place) => [place])
  let seed = length
  const next = (): number => (seed = (seed * 48_271) % 2_147_483_647) % length
  return Array.from({ length: runs }, () => Array.from({ length: cutsInRun }, next).sort((one, two) => one - two))
}
const cutAt = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] =>
  [0, ...places].map((from, which) => bytes.subarray(from, places[which] ?? bytes.length))

/** What of these deliveries does not depend on where the bytes were cut. */
const told = (all: readonly Delivery[]): string => {
  const deliveries = all.filter(one => one !== nothing)
  // Blanks before the first event tell nothing and need not be passed on.
  const passed = Buffer.concat(deliveries.flatMap(({ bytes }) => bytes ?? []))
  const hash = createHash('sha1').update(passed.subarray(passed.findIndex(byte => byte > 32)))
  const facts = deliveries.map(({ bytes: _bytes, events: _events, content: _content, size: _size, ...rest }) => rest)
  const known = (JSON.parse(JSON.stringify(facts)) as readonly object[]).map(one => Object.entries(one)).flat()
  const size = deliveries.reduce((sum, one) => sum + one.size, 0)
  return JSON.stringify([
    eventsOf(deliveries),
    Object.entries(Object.fromEntries(known)).sort(),
    size,
    hash.digest('hex'),
  ])
}

/** Where a cut makes a difference; undefined if it makes none anywhere. */
export const recutFault = (bytes: Uint8Array, open: () => AnswerReader): string | undefined => {
  const whole = told(readAll(open(), [bytes]))
  const single = Array.from(bytes, (_, place) => bytes.subarray(place, place + 1))
  if (told(readAll(open(), single)) !== whole) return 'byte by byte it is read otherwise'
  const places = placesOf(bytes.length).find(all => told(readAll(open(), cutAt(bytes, all))) !== whole)
  return places === undefined ? undefined : `cut at ${places.join(', ')} it is read otherwise`
}
