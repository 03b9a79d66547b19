/** Where each operation of the admin API is answered. */
import { operations } from '../../admin/operations.ts'
import type { Operation } from '../../admin/operation.ts'

export const apiRoot = '/admin/api/v1'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Route {
  readonly method: Method
  /** Below the root of the API; each `{name}` is one part of the path. */
  readonly path: string
  readonly operation: Operation
}

type Line = readonly [Method, string, string]

const subjectLines = (thing: string, kind: string): readonly Line[] => [
  ['GET', `/${thing}`, `${kind}.list`],
  ['GET', `/${thing}/{id}`, `${kind}.get`],
  ['PUT', `/${thing}/{id}`, `${kind}.put`],
  ['DELETE', `/${thing}/{id}`, `${kind}.delete`],
]

const lines: readonly Line[] = [
  ['GET', '/me', 'me.get'],
  ['GET', '/health', 'health.get'],
  ...subjectLines('organisations', 'organisation'),
  ...subjectLines('teams', 'team'),
  ...subjectLines('users', 'user'),
  ['GET', '/keys', 'key.list'],
  ['POST', '/keys', 'key.create'],
  ['GET', '/keys/{id}', 'key.get'],
  ['PATCH', '/keys/{id}', 'key.update'],
  ['POST', '/keys/{id}/rotate', 'key.rotate'],
  ['POST', '/keys/{id}/revoke', 'key.revoke'],
  ['GET', '/limits', 'limit.list'],
  ['POST', '/limits', 'limit.create'],
  ['GET', '/limits/{id}', 'limit.get'],
  ['PATCH', '/limits/{id}', 'limit.update'],
  ['DELETE', '/limits/{id}', 'limit.delete'],
  ['POST', '/limits/{id}/reset', 'limit.reset'],
  ['PUT', '/limits/{id}/override', 'limit.override'],
  ['DELETE', '/limits/{id}/override', 'limit.end-override'],
  ['GET', '/policies', 'policy.list'],
  ['GET', '/policies/{id}', 'policy.get'],
  ['GET', '/policies/{id}/versions', 'policy.versions'],
  ['POST', '/policies/{id}/versions', 'policy.draft'],
  ['GET', '/policies/{id}/diff', 'policy.diff'],
  ['POST', '/policies/{id}/dry-run', 'policy.dry-run'],
  ['POST', '/policies/{id}/publish', 'policy.publish'],
  ['POST', '/policies/{id}/rollback', 'policy.rollback'],
  ['GET', '/pools', 'pool.list'],
  ['GET', '/pools/{id}', 'pool.get'],
  ['GET', '/providers', 'provider.list'],
  ['GET', '/providers/{id}', 'provider.get'],
  ['GET', '/decisions', 'decision.list'],
  ['GET', '/decisions/{id}', 'decision.get'],
  ['GET', '/usage', 'usage.get'],
  ['GET', '/audit', 'audit.list'],
  ['GET', '/audit/verify', 'audit.verify'],
]

/** Every operation with its place. */
export const routes: readonly Route[] = lines.flatMap(([method, path, name]) => {
  const operation = operations.get(name)
  return operation === undefined ? [] : [{ method, path, operation }]
})

/** What was found at a path: all routes there, and what stood for the names in it. */
export interface Place {
  readonly routes: readonly Route[]
  readonly ids: readonly string[]
}

const isName = (part: string): boolean => part.startsWith('{')

const fit = (route: Route, parts: readonly string[]): boolean => {
  const own = route.path.slice(1).split('/')
  return own.length === parts.length && own.every((part, at) => (isName(part) ? parts[at] !== '' : part === parts[at]))
}

/** The routes at a path below the root, the exact ones alone where there are any; undefined where its escapes make no sense. */
export const placeAt = (path: string): Place | undefined => {
  const parts = path.slice(1).split('/')
  const found = routes.filter(route => fit(route, parts))
  const exact = found.filter(route => !route.path.includes('{'))
  const [first] = exact.length > 0 ? exact : found
  const names = first?.path.slice(1).split('/') ?? []
  try {
    const ids = parts.filter((_, at) => isName(names[at] ?? '')).map(part => decodeURIComponent(part))
    return { routes: found.filter(route => route.path === first?.path), ids }
  } catch {
    // The caller refuses the path.
    return undefined
  }
}
