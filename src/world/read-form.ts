/** A multipart form as it comes in, piece by piece: fields as text, files only measured and hashed. */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'

/** A file, of which only this much is kept. */
export interface ReadFile {
  readonly field: string
  readonly name: string
  readonly contentType: string
  readonly bytes: number
  /** Hexadecimal SHA-256 of every byte. */
  readonly sha256: string
}

export interface ReadForm {
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly files: readonly ReadFile[]
}

/** Why a form could not be read. */
export type FormFault = 'not-form' | 'too-large' | 'gone'

/** The last value of a field. */
export const fieldOf = (form: ReadForm | undefined, name: string): string | undefined =>
  form?.fields.findLast(([field]) => field === name)?.[1]

/** Reads a whole form with files of at most `limit` bytes each. */
export const readForm = async (
  source: Readable,
  headers: IncomingHttpHeaders,
  limit: number,
): Promise<ReadForm | FormFault> => {
  const type = headers['content-type']
  if (type === undefined || !/^multipart\/form-data;.*boundary=/i.test(type)) return 'not-form'
  const parser = new Busboy({ headers: { ...headers, 'content-type': type }, limits: { fileSize: limit + 1 } })
  const fields: (readonly [string, string])[] = []
  const files: ReadFile[] = []
  parser.on('field', (name: string, value: string) => fields.push([name, value]))
  try {
    await new Promise<void>((resolve, reject) => {
      parser.on('file', (field, stream, ...[name, , contentType]) => {
        const hash = createHash('sha256')
        let bytes = 0
        stream.on('data', (chunk: Buffer) => {
          hash.update(chunk)
          bytes += chunk.length
        })
        stream.on('end', () => files.push({ field, name, contentType, bytes, sha256: hash.digest('hex') }))
        stream.on('error', reject)
      })
      parser.once('finish', resolve)
      parser.once('error', reject)
      source.once('error', reject)
      // Not `pipeline`: it would take the connection away, on which the answer is still to go out.
      source.pipe(parser)
    })
  } catch {
    // A source that broke is a client that left; all else is a form that is none, and is told so.
    return source.errored === null ? 'not-form' : 'gone'
  }
  return files.some(({ bytes }) => bytes > limit) ? 'too-large' : { fields, files }
}
