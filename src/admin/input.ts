/** What requests to the admin API may say: the schemas from which checks and the OpenAPI document are made. */
import { isIP } from 'node:net'
import * as z from 'zod'
import { operations } from '../domain/operation.ts'
import { roles } from './duty.ts'

/** A mapping with these members and no others; a stray one is told with those that there are. */
export const members = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: issue =>
      issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : 'a JSON object would be right',
  })

const idRule =
  'a name of letters, digits and _ . : @ + - that begins with a letter or digit, 128 at most, would be right'
/** As names in the configuration, but without a slash. */
export const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:@+-]{0,127}$/, { error: idRule })

const printable = /^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u
/** Text on one line, without signs that turn or hide what stands around it. */
export const line = (most: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(most, { error: `at most ${most} characters would be right` })
    .regex(printable, { error: 'text on one line, without control characters, would be right' })

/** An instant as ISO 8601 text with an offset. */
export const instant = z.iso.datetime({
  offset: true,
  error: 'an instant such as 2027-01-31T00:00:00Z would be right',
})

const maxMetadata = 64
export const metadata = z
  .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/), z.string().max(512).regex(printable))
  .refine(value => Object.keys(value).length <= maxMetadata, { error: `at most ${maxMetadata} entries would be right` })
  .meta({ description: 'What is known beside; conditions read it as key.*.' })

const nameList = (about: string) => z.array(line(256)).max(1000).optional().meta({ description: about })
export const allow = members({
  pools: nameList('Pools; * for all.'),
  models: nameList('Models, also as provider/model; * for all.'),
  providers: nameList('Providers; * for all.'),
  policies: nameList('Policies that may be asked for by name; * for all.'),
  operations: z
    .array(z.enum(['*', ...operations]))
    .max(operations.length + 1)
    .optional()
    .meta({ description: 'What may be asked; * for all.' }),
  regions: nameList('Values of the tag region that a candidate may have; * for all.'),
}).meta({ description: 'What may be used; what is left out is not limited, an empty list allows nothing.' })

const isRange = (text: string): boolean => {
  const [address = '', length, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0 || address.includes('%')) return false
  if (length === undefined) return true
  return /^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128)
}
export const addresses = z
  .array(
    z.string().refine(isRange, { error: 'an address or range such as 10.0.0.0/8 or 2001:db8::/32 would be right' }),
  )
  .min(1)
  .max(256)
  .meta({ description: 'Addresses and CIDR ranges from which it may be used.' })

export const duty = members({
  role: z.enum(roles, { error: `one of ${roles.join(', ')} would be right` }),
  organisation: id.optional(),
  team: id.optional(),
}).meta({
  description:
    'What its holder may do in the admin API, within one organisation or team or, where neither is named, everywhere.',
})

/** How lists are read page by page. */
export const page = {
  limit: z.coerce.number().int().min(1).max(500).default(100).meta({ description: 'At most so many.' }),
  after: line(512).optional().meta({ description: 'The `next` of the page before.' }),
}

/** A query without parameters. */
export const nothing = members({})
