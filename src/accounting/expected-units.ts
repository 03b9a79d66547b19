/** How many pieces a request will be billed for, estimated before anyone counts them. */
import type { ModelRequest } from '../domain/request.ts'
import type { Units } from '../domain/stream-event.ts'

/** Sound as people send it: MP3 and its like at 128 thousand bits a second. */
const bytesPerSecond = 16_000
/** Half a minute, where nobody told how long the file is. */
const usualSeconds = 30
/** Documents that are ranked as one search by Cohere, who bills by the search. */
const documentsPerSearch = 100

/** Images asked for, characters to be read aloud, seconds of a file by its size, searches; undefined where only tokens count. */
export const expectedUnits = (request: ModelRequest): Units | undefined => {
  switch (request.operation) {
    case 'images':
    case 'image-edits':
      return { images: request.count }
    case 'speech':
      return { characters: request.text.length }
    case 'transcriptions':
    case 'translations': {
      const { length } = request.file.bytes
      return { seconds: length === undefined ? usualSeconds : Math.ceil(length / bytesPerSecond) }
    }
    case 'rerank':
      return { searches: Math.max(1, Math.ceil(request.documents.length / documentsPerSearch)) }
    default:
      return undefined
  }
}
