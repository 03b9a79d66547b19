/** Images in OpenAI's form: made from a prompt, or from a form with pictures to change. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { voiceOf } from '../openai.ts'
import { openaiFlavour } from '../openai-flavours.ts'
import { invalid } from '../openai-request.ts'
import { jsonWork, object, postTo } from '../operation.ts'
import type { Came, Operation, Planned, Work } from '../operation.ts'
import { fieldOf } from '../read-form.ts'
import type { Complaint, Frame, Json } from '../speech.ts'
import { drawPng } from './draw-png.ts'

const voice = voiceOf(openaiFlavour)

/** What is wanted, whether it came as JSON or as a form. */
interface Order {
  readonly prompt: string
  readonly count: number
  readonly format: unknown
  readonly size: unknown
  readonly quality: unknown
  readonly stream: boolean
  /** How many half-done pictures a stream shows. */
  readonly partial: number
  /** What the pictures that came with it are, by the hash of their bytes. */
  readonly pictures: readonly string[]
}

const orderOf = ({ body, form }: Came): Order => {
  const get = (name: string): unknown => fieldOf(form, name) ?? body[name]
  return {
    prompt: typeof get('prompt') === 'string' ? String(get('prompt')) : '',
    count: Number(get('n') ?? 1),
    format: get('response_format'),
    size: get('size'),
    quality: get('quality'),
    stream: get('stream') === true || get('stream') === 'true',
    partial: Number(get('partial_images') ?? 0),
    pictures: (form?.files ?? []).map(({ sha256 }) => sha256),
  }
}

/** The newer kind of model gives base64 alone, and tells its usage. */
const tellsUsage = ({ id }: WorldModel): boolean => id.startsWith('gpt-image')

const faultIn = ({ prompt, count, format }: Order, model: WorldModel): Complaint | undefined => {
  if (prompt === '') return invalid("Missing required parameter: 'prompt'.", 'prompt', 'missing_required_parameter')
  const most = model.id === 'dall-e-3' ? 1 : 10
  if (!Number.isInteger(count) || count < 1 || count > most)
    return invalid(
      `Invalid 'n': integer above maximum value. Expected a value <= ${most}, but got ${count} instead.`,
      'n',
      'integer_above_max_value',
    )
  return format !== undefined && tellsUsage(model)
    ? { ...invalid("Unknown parameter: 'response_format'.", 'response_format'), code: 'unknown_parameter' }
    : undefined
}

/** As OpenAI counts them: a small square of the middle quality. */
const tokensOfPicture = 272

const usageOf = (inputTokens: number, { count, pictures }: Order): Json => {
  const imageTokens = 323 * pictures.length
  return {
    total_tokens: inputTokens + imageTokens + tokensOfPicture * count,
    input_tokens: inputTokens + imageTokens,
    output_tokens: tokensOfPicture * count,
    input_tokens_details: { text_tokens: inputTokens, image_tokens: imageTokens },
  }
}

const pictureOf = ({ prompt, pictures }: Order, place: number): string =>
  drawPng([prompt, place, ...pictures].join(' ')).toString('base64')

const answerOf = (order: Order, model: WorldModel, inputTokens: number, now: number): Json => {
  const isUrl = !tellsUsage(model) && order.format !== 'b64_json'
  const data = Array.from({ length: order.count }, (_, place) => {
    const picture = pictureOf(order, place)
    // No picture of the world lies anywhere else, so its address holds it.
    return isUrl ? { url: `data:image/png;base64,${picture}`, revised_prompt: order.prompt } : { b64_json: picture }
  })
  return {
    created: Math.floor(now / 1000),
    data,
    ...(tellsUsage(model) && {
      background: 'opaque',
      output_format: 'png',
      quality: order.quality ?? 'medium',
      size: order.size ?? '1024x1024',
      usage: usageOf(inputTokens, order),
    }),
  }
}

const sse = (type: string, members: Json): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`

function* streamOf(
  order: Order,
  kind: string,
  work: { readonly inputTokens: number; readonly now: number },
): Iterable<Frame> {
  const told = {
    created_at: Math.floor(work.now / 1000),
    size: order.size ?? '1024x1024',
    quality: order.quality ?? 'medium',
    background: 'opaque',
    output_format: 'png',
  }
  for (let nth = 0; nth < order.partial; nth++) {
    const b64 = drawPng(`${order.prompt} in part ${nth}`).toString('base64')
    yield { data: sse(`${kind}.partial_image`, { b64_json: b64, partial_image_index: nth, ...told }), tokens: 1 }
  }
  const usage = usageOf(work.inputTokens, order)
  yield { data: sse(`${kind}.completed`, { b64_json: pictureOf(order, 0), ...told, usage }), tokens: 1 }
}

const plan = (came: Came, kind: string): Planned => {
  const name = fieldOf(came.form, 'model') ?? came.body['model'] ?? 'gpt-image-1'
  const model = modelFor('draw', came.models, { provider: 'openai', name: String(name) })
  if (model === undefined)
    return object({
      ...invalid(`The model '${String(name)}' does not exist.`, 'model', 'model_not_found'),
      kind: 'model-missing',
    })
  const order = orderOf(came)
  const complaint = faultIn(order, model)
  if (complaint !== undefined) return object(complaint)
  if (kind === 'image_edit' && order.pictures.length === 0)
    return object(invalid("Missing required parameter: 'image'.", 'image', 'missing_required_parameter'))
  const inputTokens = estimateTokens(order.prompt)
  if (!order.stream) return jsonWork({ model, inputTokens }, (_, now) => answerOf(order, model, inputTokens, now))
  const make: Work['make'] = (_, now) => ({
    contentType: 'text/event-stream; charset=utf-8',
    frames: streamOf(order, kind, { inputTokens, now }),
  })
  return { ok: true, work: { model, inputTokens, stream: true, make } }
}

const errorFrame = (complaint: Complaint): string =>
  `event: error\ndata: ${JSON.stringify({ type: 'error', ...Object(openaiFlavour.error(complaint)) })}\n\n`

/** Made, and changed. */
export const openaiImages: readonly Operation[] = [
  {
    name: 'images.generations',
    voice,
    route: postTo('/images/generations'),
    plan: came => plan(came, 'image_generation'),
    errorFrame,
  },
  {
    name: 'images.edits',
    voice,
    takes: 'form',
    route: postTo('/images/edits'),
    plan: came => plan(came, 'image_edit'),
    errorFrame,
  },
]
