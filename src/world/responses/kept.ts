/** Answers in OpenAI's Responses format that were kept: asked for again, or thrown away. */
import { voiceOf } from '../openai.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { jsonWork, object } from '../operation.ts'
import type { Operation } from '../operation.ts'
import { invalid } from '../openai-request.ts'

const voice = voiceOf(openaiFlavour)

const keptBy = (method: 'GET' | 'DELETE', name: string): Operation => ({
  name,
  voice,
  takes: 'nothing',
  route: (asked, path) => {
    const [, id] = (asked === method ? /^\/responses\/([^/]+)$/.exec(path) : null) ?? []
    return id === undefined ? undefined : { model: id }
  },
  plan: ({ route, kept }) => {
    const id = route.model ?? ''
    const found = kept.get(id)
    if (found === undefined)
      return object({ ...invalid(`Response with id '${id}' not found.`), status: 404, kind: 'missing' })
    if (method === 'DELETE') kept.delete(id)
    return jsonWork({ model: found.model, inputTokens: 0 }, () =>
      method === 'DELETE' ? { id, object: 'response', deleted: true } : found.value,
    )
  },
})

/** Both. */
export const keptResponses: readonly Operation[] = [
  keptBy('GET', 'responses.retrieve'),
  keptBy('DELETE', 'responses.delete'),
]
