/** JSON that was written already: a store takes its text as it is, everyone else sees the value. */

/** A value whose JSON text is at hand. `JSON.stringify` sees the value itself. */
export class WrittenJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toJSON(): unknown {
    return JSON.parse(this.text)
  }
}

/** The JSON text of a value; `null` for what JSON does not know. */
export const jsonTextOf = (value: unknown): string =>
  value instanceof WrittenJson ? value.text : (JSON.stringify(value) ?? 'null')
