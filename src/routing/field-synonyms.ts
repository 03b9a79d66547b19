/** What other gateways call the fields of a condition. */

/** A name elsewhere, whose it is, and the field here. */
export interface FieldSynonym {
  readonly name: string
  readonly of: string
  readonly field: string
}

/** Names that another gateway has for a field; `*` stands for any name. */
export const fieldSynonyms: readonly FieldSynonym[] = [
  { name: 'metadata.*', of: 'Portkey, Future AGI', field: 'tags.*' },
  { name: 'url.pathname', of: 'Portkey', field: 'request.path' },
  { name: 'model', of: 'Future AGI', field: 'params.model' },
  { name: 'stream', of: 'Future AGI', field: 'params.stream' },
]

const whole: ReadonlyMap<string, string> = new Map(
  fieldSynonyms.filter(({ name }) => !name.endsWith('*')).map(({ name, field }) => [name, field]),
)

/** The name that a field has here; one that is no synonym comes back as it is. */
export const ownFieldName = (name: string): string =>
  name.startsWith('metadata.') ? `tags.${name.slice('metadata.'.length)}` : (whole.get(name) ?? name)
