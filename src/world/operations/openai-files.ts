/** Files and batches in OpenAI's form: kept for as long as the world, so that what passes through to them can be seen. */
import type { WorldModel } from '../models.ts'
import { voiceOf } from '../openai.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { invalid } from '../openai-request.ts'
import { jsonWork, object } from '../operation.ts'
import type { Came, Operation, Planned } from '../operation.ts'
import { fieldOf } from '../read-form.ts'
import { idOf } from '../responses/ids.ts'
import { isJson } from '../speech.ts'
import type { Json } from '../speech.ts'

const voice = voiceOf(openaiFlavour)

/** Who is asked where no model is: nobody that a switch could name, but the provider. */
const keeper: WorldModel = {
  id: 'files',
  provider: 'openai',
  aliases: [],
  price: { input: 0, output: 0 },
  contextWindow: 0,
  maxOutput: 0,
  firstToken: 20,
  perSecond: 1000,
}

const done = (answer: (seed: string, now: number) => unknown): Planned =>
  jsonWork({ model: keeper, inputTokens: 0 }, answer)

const missing = (kind: string, id: string): Planned =>
  object({ ...invalid(`No such ${kind} object: ${id}`, 'id'), status: 404, kind: 'missing' })

const rowsOf = ({ kept }: Came, kind: 'file' | 'batch'): readonly unknown[] =>
  [...kept.values()].map(({ value }) => value).filter(value => isJson(value) && value['object'] === kind)

const listOf = (came: Came, kind: 'file' | 'batch'): Planned => {
  const data = rowsOf(came, kind).toReversed()
  return done(() => ({ object: 'list', data, has_more: false }))
}

const upload = ({ form, kept }: Came): Planned => {
  const file = form?.files.find(({ field }) => field === 'file')
  const purpose = fieldOf(form, 'purpose')
  if (file === undefined)
    return object(invalid("Missing required parameter: 'file'.", 'file', 'missing_required_parameter'))
  if (purpose === undefined) return object(invalid("'purpose' is a required property", 'purpose'))
  return done((seed, now) => {
    const id = idOf('file', `${seed} ${kept.size}`).replace('_', '-').slice(0, 27)
    const told = { filename: file.name, bytes: file.bytes, created_at: Math.floor(now / 1000), purpose }
    const value = { object: 'file', id, ...told, status: 'processed', expires_at: null, status_details: null }
    kept.set(id, { id, model: keeper, value })
    return value
  })
}

const begin = ({ body, kept }: Came): Planned => {
  const { input_file_id: input, endpoint, completion_window: window } = body
  if (typeof input !== 'string')
    return object(
      invalid("Missing required parameter: 'input_file_id'.", 'input_file_id', 'missing_required_parameter'),
    )
  if (!kept.has(input)) return missing('File', input)
  return done((seed, now) => {
    const id = idOf('batch', `${seed} ${kept.size}`).slice(0, 38)
    const counts = { total: 0, completed: 0, failed: 0 }
    const told = { endpoint, input_file_id: input, completion_window: window, metadata: body['metadata'] ?? null }
    const value: Json = {
      id,
      object: 'batch',
      ...told,
      errors: null,
      status: 'validating',
      created_at: Math.floor(now / 1000),
      output_file_id: null,
      error_file_id: null,
      request_counts: counts,
    }
    kept.set(id, { id, model: keeper, value })
    return value
  })
}

const find = ({ route, kept }: Came, kind: string): Planned => {
  const id = route.model ?? ''
  const found = kept.get(id)
  return found === undefined ? missing(kind, id) : done(() => found.value)
}

const remove = ({ route, kept }: Came): Planned => {
  const id = route.model ?? ''
  return kept.delete(id) ? done(() => ({ id, object: 'file', deleted: true })) : missing('File', id)
}

const at =
  (method: string, path: RegExp): Operation['route'] =>
  (asked, address) => {
    const found = asked === method ? path.exec(address) : null
    if (found === null) return undefined
    return found[1] === undefined ? {} : { model: found[1] }
  }

/** All of them. */
export const openaiFiles: readonly Operation[] = [
  { name: 'files.create', voice, takes: 'form', route: at('POST', /^\/files$/), plan: upload },
  { name: 'files.list', voice, takes: 'nothing', route: at('GET', /^\/files$/), plan: came => listOf(came, 'file') },
  {
    name: 'files.retrieve',
    voice,
    takes: 'nothing',
    route: at('GET', /^\/files\/([^/]+)$/),
    plan: came => find(came, 'File'),
  },
  { name: 'files.delete', voice, takes: 'nothing', route: at('DELETE', /^\/files\/([^/]+)$/), plan: remove },
  { name: 'batches.create', voice, route: at('POST', /^\/batches$/), plan: begin },
  {
    name: 'batches.list',
    voice,
    takes: 'nothing',
    route: at('GET', /^\/batches$/),
    plan: came => listOf(came, 'batch'),
  },
  {
    name: 'batches.retrieve',
    voice,
    takes: 'nothing',
    route: at('GET', /^\/batches\/([^/]+)$/),
    plan: came => find(came, 'Batch'),
  },
]
