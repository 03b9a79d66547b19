/** The ways that fields take from one dialect to another, and what holds on each: they arrive or are named as lost. */
import { describe, expect, it } from 'vitest'
import type { Instant } from '../../src/domain/units.ts'
import type { AnswerContext, Dialect } from '../../src/ports/dialect.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'
import type { Field } from '../schema-fields.ts'
import { hasShared } from '../shared.ts'
import { changes, fateOf, goldenPage, isRecord, isTold, pageOf, wire } from './every-field.ts'
import type { Made } from './every-field.ts'

/** What every answer is written with. */
export const context: AnswerContext = {
  id: 'req-1',
  model: 'asked-for',
  now: 1_750_000_000_000 as Instant,
  streamUsage: true,
}

/** Makes of a value what the other side gets. */
export type Make = (value: unknown) => Made

/** The request of this body, written for a provider of the other dialect or of the same. */
export const asRequest =
  (from: Dialect, to: Dialect, model: string): Make =>
  value => {
    const body = isRecord(value) ? value : {}
    const inPath = from.id === 'gemini' || from.id === 'bedrock-converse'
    const read = from.decodeRequest(body, inPath ? { model: 'pool' } : undefined)
    if (!read.ok) throw new Error(`${read.why}: ${JSON.stringify(body)}`)
    const { value: sent, losses } = to.encodeRequest(requestOf({ ...read.value, raw: rawOf(from.id, body) }), model)
    return { sent: wire(sent), losses }
  }
/** The answer of this body, written for a client of the other dialect or of the same. */
export const asAnswer =
  (from: Dialect, to: Dialect): Make =>
  value => {
    const { value: sent, losses } = to.encodeAnswer(from.decodeAnswer(wire(value)), context)
    return { sent: wire(sent), losses }
  }
/** What a client puts together of the stream that it gets of the same answer. */
export const asStream =
  (from: Dialect, to: Dialect): Make =>
  value => {
    const encoder = to.encodeStream(context)
    const decoder = to.decodeStream()
    const frames = from.decodeAnswer(wire(value)).flatMap(event => encoder.push(event))
    const events = [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
    return { sent: wire(to.encodeAnswer(events, context).value), losses: encoder.losses() }
  }

/** What would be said against what was made, where there is a schema that tells. */
type Complaints = (sent: unknown, how: string) => readonly string[]

/** One way from one dialect to another. */
export interface Way {
  /** Of the page that is kept. */
  readonly name: string
  readonly fields: readonly Field[]
  /** Each manner in which it is tried, by its name; the page of the first is kept. */
  readonly makes: ReadonlyMap<string, Make>
  /** What asks for, or says, nothing that is not so anyhow, and why. */
  readonly saysNothing: Readonly<Record<string, string>>
  readonly complaints?: Complaints
}
interface Between {
  readonly from: Dialect
  readonly to: Dialect
  readonly fields: readonly Field[]
  readonly saysNothing: Readonly<Record<string, string>>
}

/** Requests to each of these models. */
export const requests = (
  between: Between & { readonly models: readonly string[]; readonly complaints?: Complaints },
): Way => {
  const { from, to, fields, models, saysNothing, complaints } = between
  const makes = new Map(models.map(model => [model, asRequest(from, to, model)]))
  return { name: `requests ${from.id} to ${to.id}`, fields, makes, saysNothing, ...(complaints && { complaints }) }
}
/** Answers, whole and streamed. */
export const answers = (between: Between & { readonly complaints?: Complaints }): Way => {
  const { from, to, fields, saysNothing, complaints } = between
  const makes = new Map([
    ['whole', asAnswer(from, to)],
    ['streamed', asStream(from, to)],
  ])
  return { name: `answers ${from.id} to ${to.id}`, fields, makes, saysNothing, ...(complaints && { complaints }) }
}

/** Tries that every field on these ways arrives or is named as lost, and that nothing is made that would be refused. */
export const tryWays = (ways: readonly Way[]): void =>
  describe.skipIf(!hasShared).each(ways)('$name', ({ name, fields, makes, saysNothing, complaints }) => {
    const manners = [...makes].map(([how, make]) => ({ how, make }))
    it('every field that is documented is on the page, with what becomes of it', () => {
      const [first] = manners
      const fates = first === undefined ? [] : fields.map(field => fateOf(field, first.make))
      const page = pageOf(fates, saysNothing)
      expect(page).toBe(goldenPage(name, page))
    })
    it('has a field for what says nothing', () => {
      const paths = new Set(fields.map(({ path }) => path))
      expect(Object.keys(saysNothing).filter(path => !paths.has(path))).toEqual([])
      expect(fields.length).toBeGreaterThan(10)
    })
    it.each(manners)('nothing is lost in silence: $how', ({ make }) => {
      const silent = fields
        .filter(({ path }) => saysNothing[path] === undefined)
        .filter(field => !isTold(fateOf(field, make)))
      expect(silent.map(({ path }) => path)).toEqual([])
    })
    if (complaints === undefined) return
    it.each(manners)('nothing is made that would be refused: $how', ({ how, make }) => {
      const refused = fields.flatMap(({ path, value }) => {
        const said = complaints(make(value).sent, how)
        return said.length === 0 ? [] : [`${path}: ${said.slice(-3).join('; ')}`]
      })
      expect(refused).toEqual([])
    })
  })

/** What is otherwise than it was where a field goes to its own dialect, written anew: nothing should be. */
export const changedByItself = (fields: readonly Field[], make: Make): readonly string[] =>
  fields.flatMap(({ path, value }) => {
    const { sent, losses } = make(value)
    const found = [...changes(value, sent), ...losses.map(({ field }) => `${field} is lost`)]
    return found.length === 0 ? [] : [`${path}: ${found.join('; ')}`]
  })
