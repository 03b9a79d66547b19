/** Checks what came in against a schema: unknown members are refused, and every fault is told with its place. */
import type * as z from 'zod'
import { didYouMean } from '../domain/nearest.ts'
import { hideSecrets } from './hide-secrets.ts'
import { AdminRefusal } from './refusal.ts'

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')

type Issue = z.core.$ZodIssue

/** The members that the schema knows at this place, as its error map told them. */
const strayOf = ({ keys, message }: Issue & { readonly code: 'unrecognized_keys' }): string => {
  const [stray = ''] = keys
  const shown = JSON.stringify(hideSecrets(stray).slice(0, 64))
  const known = message.split(', ')
  const near = didYouMean(stray.slice(0, 64), known)
  return `${shown} is not known here${near === '' ? `; there are ${message}` : near}`
}

const refusalOf = (issue: Issue): AdminRefusal => {
  const place = pathOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return new AdminRefusal(
      'invalid',
      strayOf(issue),
      hideSecrets(pathOf([...issue.path, issue.keys[0] ?? ''])).slice(0, 200),
    )
  }
  const where = place === '' ? '' : `${place}: `
  return new AdminRefusal('invalid', `${where}${issue.message}`, place === '' ? undefined : place)
}

/** The value as the schema reads it; refuses it with the first fault. */
export const checked = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw issue === undefined ? new AdminRefusal('invalid', 'the request makes no sense here') : refusalOf(issue)
}
