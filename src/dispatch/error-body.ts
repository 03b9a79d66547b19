/** The beginning of an error's body: a few lines as a rule, and of a longer one the beginning will do. */

const longest = 64 * 1024

export class ErrorBody {
  text = ''
  #decoder: TextDecoder | undefined

  push(chunk: Uint8Array): void {
    if (this.text.length >= longest) return
    this.#decoder ??= new TextDecoder()
    this.text += this.#decoder.decode(chunk, { stream: true })
  }
}
