/** What a configuration file may say of what somebody may use. */
import type * as z from 'zod'
import { nameList } from './kinds.ts'
import { shape } from './shape.ts'

/** Lists of names, each of which limits by itself. */
export const allow = shape(
  {
    pools: nameList('Names of pools; * for all.'),
    models: nameList('Models, also as provider/model; * for all.'),
    providers: nameList('Names of providers; * for all.'),
    policies: nameList('Policies that may be asked for by name; * for all.'),
    operations: nameList('What may be asked: chat, embeddings, passthrough, …; * for all.'),
    regions: nameList('Values of the tag region that a deployment may have; * for all.'),
  },
  {
    what: "what may be used, such as { pools: [support], providers: ['*'] }",
    about: 'What may be used; what is left out is not limited.',
  },
)
export type AllowEntry = z.output<typeof allow>
