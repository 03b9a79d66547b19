/** Lists in pages, each of which tells a token by which the next is asked for. */
import type { Failure } from '../../domain/failure.ts'
import type { Target } from '../../ports/gateway.ts'
import { invalid } from './reply.ts'

/** The largest page that anybody may ask for; more is taken for this. */
const mostInAPage = 1000

/** What a dialect calls them, and how large a page is where nobody says. */
export interface Paging {
  readonly size: string
  readonly token: string
  readonly next: string
  readonly usual: number
}

type Page =
  | {
      readonly ok: true
      readonly targets: readonly Target[]
      /** The member that leads on; empty on the last page. */
      readonly next: Readonly<Record<string, string>>
    }
  | { readonly ok: false; readonly failure: Failure }

const wrong = (param: string, given: string, right: string): Page => ({
  ok: false,
  failure: invalid(`${param} is "${given.slice(0, 80)}"; ${right} would be right`, { param }),
})
const isNumber = (text: string): boolean => /^\d{1,9}$/.test(text)

/** The page that the query asks for, or what is wrong with it. */
export const pageOf = (targets: readonly Target[], query: URLSearchParams, names: Paging): Page => {
  const [size, token] = [query.get(names.size) ?? '0', query.get(names.token) ?? '0']
  if (!isNumber(size)) return wrong(names.size, size, `a whole number up to ${mostInAPage}`)
  const from = Number(token)
  if (!isNumber(token) || from > targets.length)
    return wrong(names.token, token, `the ${names.next} of the page before`)
  const next = from + (Number(size) === 0 ? names.usual : Math.min(Number(size), mostInAPage))
  return {
    ok: true,
    targets: targets.slice(from, next),
    next: next < targets.length ? { [names.next]: String(next) } : {},
  }
}
