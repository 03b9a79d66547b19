/** Every field that a schema knows, each with the smallest value that holds it, so that none can be forgotten. */

type Json = Readonly<Record<string, unknown>>

/** One field: where it is, a small value that holds it, and the same value without it where it may be left out. */
export interface Field {
  readonly path: string
  readonly value: unknown
  readonly without?: { readonly value: unknown }
}

/** What a schema alone cannot say. */
export interface Hints {
  /** The document that references point into. */
  readonly document: Json
  /** A value for the leaf at this path, or undefined for one made up. */
  readonly sample: (path: string) => unknown
  /** True for what is one field with all that is in it. */
  readonly isWhole: (path: string) => boolean
  /** True for what is not looked at. */
  readonly isApart: (path: string) => boolean
}

const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const records = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])

const resolved = (schema: Json, hints: Hints): Json => {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  let target: unknown = hints.document
  for (const step of reference.replace(/^#\//, '').split('/')) target = isRecord(target) ? target[step] : undefined
  if (!isRecord(target)) throw new Error(`${reference} leads nowhere`)
  return resolved(target, hints)
}

/** Objects that are told in several pieces, as one. */
const merged = (schema: Json, hints: Hints): Json => {
  const pieces = records(schema['allOf']).map(piece => merged(resolved(piece, hints), hints))
  if (pieces.length === 0) return schema
  const all = [...pieces, schema]
  return {
    type: 'object',
    properties: Object.assign({}, ...all.map(({ properties }) => properties ?? {})) as Json,
    required: all.flatMap(({ required }) => (Array.isArray(required) ? required : [])),
  }
}

/** The forms that a value may have: nested choices as one list, without null. */
const formsOf = (schema: Json, hints: Hints): readonly Json[] => {
  const plain = merged(resolved(schema, hints), hints)
  const choices = [...records(plain['anyOf']), ...records(plain['oneOf'])]
  if (choices.length === 0) {
    const { enum: values } = plain
    if (Array.isArray(values)) return values.filter(one => one !== null).map(one => ({ const: one }))
    return plain['type'] === 'null' ? [] : [plain]
  }
  return choices.flatMap(choice => formsOf(choice, hints))
}

const constOf = (schema: unknown, hints: Hints): unknown => {
  if (!isRecord(schema)) return undefined
  const forms = formsOf(schema, hints)
  return forms.length === 1 ? forms[0]?.['const'] : undefined
}
/** What tells this form from its siblings: its type, role or mode, else what it is. */
const labelOf = (form: Json, hints: Hints): string => {
  if ('const' in form) return `=${String(form['const'])}`
  const properties = isRecord(form['properties']) ? form['properties'] : {}
  const name = constOf(properties['type'], hints) ?? constOf(properties['role'], hints)
  return `(${String(name ?? form['type'] ?? 'any')})`
}

const isNeeded = (schema: Json, name: string): boolean =>
  Array.isArray(schema['required']) && schema['required'].includes(name)
const propertiesOf = (schema: Json): readonly (readonly [string, Json])[] =>
  Object.entries(isRecord(schema['properties']) ? schema['properties'] : {}).filter((entry): entry is [string, Json] =>
    isRecord(entry[1]),
  )

const madeUp = (schema: Json, path: string): unknown => {
  switch (schema['type']) {
    case 'string':
      return `some ${path
        .replace(/[^a-z_]+/gi, ' ')
        .trim()
        .split(' ')
        .at(-1)}`
    case 'integer':
      return 7
    case 'number':
      return 0.5
    case 'boolean':
      return true
    default:
      return { some: 'thing' }
  }
}

/** The smallest value of this schema: what must be there, nothing else. */
const smallest = (schema: Json, path: string, hints: Hints): unknown => {
  const hint = hints.sample(path)
  if (hint !== undefined) return hint
  const [form] = formsOf(schema, hints)
  if (form === undefined) return null
  if ('const' in form) return form['const']
  if (form['type'] === 'array') return [smallest(form['items'] as Json, `${path}[]`, hints)]
  const properties = propertiesOf(form)
  if (properties.length === 0) return madeUp(form, path)
  return Object.fromEntries(
    properties
      .filter(([name]) => isNeeded(form, name))
      .map(([name, inner]) => [name, smallest(inner, `${path}.${name}`, hints)]),
  )
}

/** The fields inside the members of an object. */
const inObject = (form: Json, path: string, hints: Hints): readonly Field[] => {
  const base = smallest(form, path, { ...hints, sample: one => (one === path ? undefined : hints.sample(one)) })
  return propertiesOf(form).flatMap(([name, inner]) => {
    const { [name]: _left, ...rest } = base as Json
    const without = isNeeded(form, name) ? undefined : { value: rest }
    const fields = fieldsOf(inner, `${path}.${name}`, hints)
    // A member that can only ever be one thing still says it by being there.
    const isMark = fields.length === 0 && without !== undefined && !hints.isApart(`${path}.${name}`)
    const mark = { path: `${path}.${name}`, value: isMark ? smallest(inner, `${path}.${name}`, hints) : undefined }
    return (isMark ? [mark] : fields).map(({ path: below, value, without: nearer }: Field): Field => {
      const left = nearer === undefined ? without : { value: { ...rest, [name]: nearer.value } }
      return { path: below, value: { ...rest, [name]: value }, ...(left && { without: left }) }
    })
  })
}

const inForm = (form: Json, path: string, hints: Hints): readonly Field[] => {
  if (hints.isApart(path)) return []
  const hint = hints.sample(path)
  if (hint !== undefined) return [{ path, value: hint }]
  if ('const' in form) return [{ path, value: form['const'] }]
  if (form['type'] === 'array' && isRecord(form['items'])) {
    return fieldsOf(form['items'], `${path}[]`, hints).map(({ path: below, value, without }) => ({
      path: below,
      value: [value],
      ...(without && { without: { value: [without.value] } }),
    }))
  }
  const isBare = propertiesOf(form).length === 0 || hints.isWhole(path)
  const inner = isBare ? [] : inObject(form, path, hints)
  // A form with nothing in it but its own name is a field as well.
  return inner.length > 0 || hints.isApart(path) ? inner : [{ path, value: smallest(form, path, hints) }]
}

/** Every field of a schema, by path: `a.b` for a member, `a[]` for an entry, `a(word)` for one of several forms, `a=word` for a word. */
export const fieldsOf = (schema: Json, path: string, hints: Hints): readonly Field[] => {
  if (hints.isApart(path)) return []
  const hint = hints.sample(path)
  if (hint !== undefined) return [{ path, value: hint }]
  const forms = formsOf(schema, hints)
  if (forms.length === 1 && forms[0] !== undefined) {
    // A word that is always the same says nothing by itself.
    return 'const' in forms[0] ? [] : inForm(forms[0], path, hints)
  }
  return forms.flatMap(form => inForm(form, `${path}${labelOf(form, hints)}`, hints))
}
