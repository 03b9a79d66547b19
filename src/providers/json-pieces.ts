/** JSON as pieces that are sent one after the other; files within it are read and encoded while they are sent. */
import type { Inlined } from '../ports/operation-dialect.ts'
import type { BodyPiece } from '../ports/transport.ts'

/** What came as JSON can hold no function. */
const isInlined = (value: object): value is Inlined =>
  'inlined' in value &&
  typeof value.inlined === 'object' &&
  value.inlined !== null &&
  'open' in value.inlined &&
  typeof value.inlined.open === 'function'

class Writing {
  readonly pieces: BodyPiece[] = []
  #text = ''

  write(value: unknown): void {
    if (value === null || typeof value !== 'object') this.#text += JSON.stringify(value) ?? 'null'
    else if (Array.isArray(value)) this.#list(value)
    else if (isInlined(value)) this.#file(value)
    else this.#members(value)
  }

  #list(values: readonly unknown[]): void {
    this.#text += '['
    for (const [place, one] of values.entries()) {
      if (place > 0) this.#text += ','
      this.write(one)
    }
    this.#text += ']'
  }

  #members(value: object): void {
    const members = Object.entries(value).filter(([, one]) => one !== undefined)
    this.#text += '{'
    for (const [place, [name, one]] of members.entries()) {
      this.#text += `${place > 0 ? ',' : ''}${JSON.stringify(name)}:`
      this.write(one)
    }
    this.#text += '}'
  }

  #file({ inlined, behind }: Inlined): void {
    this.pieces.push(`${this.#text}${JSON.stringify(behind).slice(0, -1)}`, { base64: inlined })
    this.#text = '"'
  }

  end(): readonly BodyPiece[] {
    this.pieces.push(this.#text)
    return this.pieces
  }
}

/** The JSON text of the value. */
export const jsonPieces = (value: unknown): readonly BodyPiece[] => {
  const writing = new Writing()
  writing.write(value)
  return writing.end()
}
