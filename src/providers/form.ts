/** multipart/form-data as pieces that are sent one after the other (RFC 7578); files are read while they are sent. */
import type { FormPart } from '../ports/operation-dialect.ts'
import type { BodyPiece } from '../ports/transport.ts'

/** As browsers do: a quote or a line end must not end the name; nor may a header hold any other control character. */
const quoted = (name: string): string =>
  name.replaceAll(/[\p{Cc}"]/gu, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)

/** A media type is a word with a slash and parameters: what else is told of a file is not repeated. */
const isMediaType = (text: string): boolean =>
  /^[\w.+-]+\/[\w.+-]+(\s*;\s*[\w.+-]+=("[^"\r\n]*"|[\w.+-]+))*$/.test(text)

const headOf = (part: FormPart, boundary: string): string => {
  const named = `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(part.name)}"`
  if ('value' in part) return `${named}\r\n\r\n${part.value}\r\n`
  const { name, mediaType } = part.file
  const type = isMediaType(mediaType) ? mediaType : 'application/octet-stream'
  return `${named}; filename="${quoted(name)}"\r\ncontent-type: ${type}\r\n\r\n`
}

/** The content type of a form with this boundary. */
export const formType = (boundary: string): string => `multipart/form-data; boundary=${boundary}`

/** The whole body of the form. */
export const formPieces = (parts: readonly FormPart[], boundary: string): readonly BodyPiece[] => {
  const pieces: BodyPiece[] = []
  let text = ''
  for (const part of parts) {
    text += headOf(part, boundary)
    if ('value' in part) continue
    pieces.push(text, part.file.bytes)
    text = '\r\n'
  }
  pieces.push(`${text}--${boundary}--\r\n`)
  return pieces
}
