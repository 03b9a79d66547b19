/** One page of a list, with where the next one begins. */
import type { Done } from './operation.ts'

interface Showing<T> {
  isSeen(one: T): boolean | Promise<boolean>
  view(one: T): unknown
}

/** The first of these that may be seen, at most so many, and the id after which the next page begins. */
export const listOf = async <T extends { readonly id: string }>(
  all: AsyncIterable<T>,
  limit: number,
  { isSeen, view }: Showing<T>,
): Promise<Done> => {
  const data: unknown[] = []
  let last: string | undefined
  for await (const one of all) {
    if (!(await isSeen(one))) continue
    if (data.length === limit) return { value: { data, next: last } }
    data.push(await view(one))
    last = one.id
  }
  return { value: { data } }
}
