/** How mappings of a configuration are declared: members, names, and what to say of others. */
import * as z from 'zod'

/** A mapping with these members and no others. An issue about a stray name holds the names that there are. */
export const shape = <Members extends z.ZodRawShape>(
  members: Members,
  { what, about }: { readonly what: string; readonly about: string },
): z.ZodObject<Members, z.core.$strict> =>
  z
    .strictObject(members, {
      error: issue => (issue.code === 'unrecognized_keys' ? Object.keys(members).join(', ') : what),
    })
    .meta({ description: about })

/** What a name in the file may be: it stands in headers, so nothing beyond ASCII and no blanks. */
const entryName = /^[A-Za-z0-9][A-Za-z0-9_.:@/+-]{0,127}$/
/** A provider's name stands before a slash in `provider/model`. */
const providerName = /^[A-Za-z0-9][A-Za-z0-9_.:@+-]{0,127}$/

/** Names that come from elsewhere: whatever is printable. */
const anyName = /^[^\p{Cc}]{1,256}$/u
const patterns = { entry: entryName, provider: providerName, any: anyName } as const

/** Told where a name does not fit. */
export const nameRule =
  'write a name of letters, digits and _ . : @ + - that begins with a letter or digit, 128 at most'

/** Entries by name, in the order of the file. */
export const entries = <Value extends z.ZodType>(
  value: Value,
  { what, about, names }: { readonly what: string; readonly about: string; readonly names?: 'provider' | 'any' },
): z.ZodRecord<z.ZodString, Value> =>
  z.record(z.string().regex(patterns[names ?? 'entry']), value, { error: what }).meta({ description: about })

/** The JSON Schema of each step stands under this name, to be referred to from wherever steps are. */
export const stepReference = { $ref: '#/definitions/step' }

/** So does that of how a policy is carried out. */
export const executionReference = { $ref: '#/definitions/execution' }
