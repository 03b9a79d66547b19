/** One thing that can be done through the admin API: its schema, the role it takes, and how it is carried out. */
import * as z from 'zod'
import type { Role } from '../domain/caller.ts'
import { checked } from './check-input.ts'
import { suffices } from './duty.ts'
import type { Actor, AdminHouse, AuditEntry } from './house.ts'
import { hideSecrets } from './hide-secrets.ts'
import { line, nothing } from './input.ts'
import { AdminRefusal } from './refusal.ts'

/** A request as it came in, unchecked but for who asks. */
export interface Asked {
  readonly house: AdminHouse
  readonly actor: Actor
  /** The names in the path, in their order. */
  readonly ids: readonly string[]
  readonly query: unknown
  readonly body: unknown
  /** The version that the record must still have; 0: it must not be there yet. */
  readonly expected?: number
  /** Unique to this request. */
  readonly request: string
}

/** A checked request. */
export interface Work<Query, Body> extends Pick<Asked, 'house' | 'actor' | 'expected' | 'request'> {
  /** The first name in the path; '' where there is none. */
  readonly id: string
  /** The second. */
  readonly second: string
  readonly query: Query
  readonly body: Body
}

/** Text that is made while it is sent. */
export interface Export {
  readonly type: string
  /** What a browser calls the file. */
  readonly file: string
  readonly chunks: AsyncIterable<string>
}

/** What came of it. */
export interface Done {
  readonly value?: unknown
  /** Something is there that was not. */
  readonly made?: boolean
  readonly version?: number
  readonly export?: Export
}

/** What is said of an operation. */
interface Declared<Query extends z.ZodType, Body extends z.ZodType> {
  /** The thing and the verb, `key.revoke`: its name in the audit log and in the OpenAPI document. */
  readonly name: string
  readonly summary: string
  /** The least role that may. */
  readonly least: Role
  /** It changes something: it is audited, and a browser must show that it means it. */
  readonly changes: boolean
  readonly query?: Query
  readonly body?: Body
  /** What it answers. */
  readonly answer?: z.ZodType
  run(work: Work<z.output<Query>, z.output<Body>>): Promise<Done>
}

/** An operation as faces see it. */
export interface Operation extends Omit<Declared<z.ZodType, z.ZodType>, 'run'> {
  /** Throws an AdminRefusal where it may not, cannot or makes no sense; changes nothing then. */
  run(asked: Asked): Promise<Done>
}

const name = line(512)

/** An operation that checks role and input before it begins. */
export const operation = <Query extends z.ZodType = typeof nothing, Body extends z.ZodType = z.ZodUndefined>(
  declared: Declared<Query, Body>,
): Operation => {
  const { query = nothing, body = z.undefined({ error: 'no body would be right' }), least } = declared
  return {
    ...declared,
    run: async asked => {
      const { house, actor, expected, request } = asked
      const { role } = actor.duty
      if (!suffices(role, least)) {
        throw new AdminRefusal('forbidden', `the role ${role} may not do this; ${least} would be enough`)
      }
      const [id = '', second = ''] = asked.ids.map(one => checked(name, one))
      const work = { house, actor, request, id, second, ...(expected !== undefined && { expected }) }
      const read = {
        query: checked(query, asked.query) as z.output<Query>,
        body: checked(body, asked.body) as z.output<Body>,
      }
      return declared.run({ ...work, ...read })
    },
  }
}

/** Who asks, as the audit log names them. */
export const whoOf = ({ key, user, duty, address }: Actor): AuditEntry['who'] => ({
  ...(key !== undefined && { key }),
  ...(user !== undefined && { user }),
  role: duty.role,
  ...(address !== undefined && { address }),
})

/** Carries an operation out; a refusal of what changes something, or of who may not, is audited. */
export const perform = async (operation: Operation, asked: Asked): Promise<Done> => {
  try {
    return await operation.run(asked)
  } catch (error) {
    if (!(error instanceof AdminRefusal)) throw error
    if (!operation.changes && error.code !== 'forbidden') throw error
    const { house, actor, ids, request } = asked
    const [thing = ''] = operation.name.split('.')
    const object = hideSecrets([thing, ...ids].join(':')).slice(0, 600)
    const refused = hideSecrets(`${error.code}: ${error.message}`)
    await house.audit
      .append({ at: house.clock.now(), who: whoOf(actor), action: operation.name, object, refused, request })
      .catch((failed: unknown) => house.alarm('a refusal could not be audited', failed))
    throw error
  }
}
