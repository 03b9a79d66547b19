/** Requests for images in OpenAI's form: JSON where a prompt is all there is, a form where pictures come with it. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { ImagesBody, ReceivedForm, Upload } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { FormPart, WireBody } from '../../ports/operation-dialect.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { checked, optionalFlag, optionalInteger, optionalText, report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'

export const id = 'openai' as DialectId

const known = new Set(
  'model prompt n size quality style background response_format output_format user stream'.split(' '),
)
const formats: Readonly<Record<string, ImagesBody['format']>> = { url: 'url', b64_json: 'base64' }

const formatOf = (findings: Findings, value: unknown): ImagesBody['format'] => {
  if (isAbsent(value)) return undefined
  if (typeof value === 'string' && Object.hasOwn(formats, value)) return formats[value]
  return report(findings, 'response_format', value, '"url" or "b64_json", or left out')
}

/** Texts that are told in both forms of a request under the same name. */
const texts = [
  ['size', 'size'],
  ['quality', 'quality'],
  ['style', 'style'],
  ['background', 'background'],
  ['output_format', 'fileType'],
  ['user', 'endUser'],
] as const

const textsOf = (findings: Findings, body: Json): Partial<ImagesBody> => {
  const told = texts.map(([name, ours]) => [ours, optionalText(findings, name, body[name])] as const)
  return Object.fromEntries(told.filter(([, value]) => value !== undefined))
}

type Pictures = Pick<ImagesBody, 'operation' | 'images' | 'mask'>

const bodyOf = (findings: Findings, body: Json, pictures: Pictures): Checked<ImagesBody> => {
  const format = formatOf(findings, body['response_format'])
  const rest = otherMembers(body, known)
  return checked(findings, {
    ...pictures,
    target: requiredWord(findings, 'model', body['model']),
    prompt: requiredWord(findings, 'prompt', body['prompt']),
    count: optionalInteger(findings, 'n', body['n'], 1) ?? 1,
    stream: optionalFlag(findings, 'stream', body['stream']) ?? false,
    streamUsage: true,
    ...textsOf(findings, body),
    ...(format !== undefined && { format }),
    extensions: rest === undefined ? {} : { [id]: rest },
  })
}

/** `POST /v1/images/generations`. */
export const decodeGeneration = (body: unknown): Checked<ImagesBody> => {
  if (!isRecord(body))
    return { ok: false, at: '', why: 'the body is no object; {"model": …, "prompt": …} would be right' }
  return bodyOf({}, body, { operation: 'images', images: [] })
}

const isForm = (body: unknown): body is ReceivedForm =>
  isRecord(body) && Array.isArray(body['fields']) && Array.isArray(body['files'])

/** What a field says, where it stands for a number or a flag; what is neither stays the text that it is. */
const valueOf = (name: string, text: string): unknown => {
  if (name === 'stream') return text === 'true' || (text === 'false' ? false : text)
  return name === 'n' && /^\d{1,9}$/.test(text) ? Number(text) : text
}

/** Clients number several pictures, or mark that there are several, or neither. */
const isPicture = (name: string): boolean => /^image(?:\[\d*\])?$/.test(name)

/** `POST /v1/images/edits`. */
export const decodeEdit = (form: unknown): Checked<ImagesBody> => {
  if (!isForm(form))
    return { ok: false, at: '', why: 'the body is no form; fields and at least one image would be right' }
  const findings: Findings = {}
  const fields = Object.fromEntries(form.fields.map(([name, text]) => [name, valueOf(name, text)]))
  const images = form.files.filter(({ name }) => isPicture(name)).map(({ file }) => file)
  if (images.length === 0) report(findings, 'image', undefined, 'a file')
  const mask = form.files.find(({ name }) => name === 'mask')?.file
  return bodyOf(findings, fields, { operation: 'image-edits', images, ...(mask !== undefined && { mask }) })
}

const formatWords = { url: 'url', base64: 'b64_json' } as const

const membersOf = (request: ImagesBody, model: string): Json => {
  const { prompt, count, stream, format } = request
  const told = texts.map(([name, ours]) => [name, request[ours]]).filter(([, value]) => value !== undefined)
  return {
    model,
    prompt,
    ...(count !== 1 && { n: count }),
    ...Object.fromEntries(told),
    ...(format !== undefined && { response_format: formatWords[format] }),
    ...(stream && { stream }),
    ...request.extensions[id],
  }
}

const untold = ['aspectRatio', 'negativePrompt', 'seed'] as const
const lossesOf = (request: ImagesBody): readonly Loss[] =>
  untold
    .filter(field => request[field] !== undefined)
    .map(field => ({ field, why: `there is no way to tell ${field}` }))

export const encodeGeneration = (request: ImagesBody, model: string): Checked<Encoded<WireBody>> => ({
  ok: true,
  value: { value: { json: membersOf(request, model) }, losses: lossesOf(request) },
})

const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export const encodeEdit = (request: ImagesBody, model: string): Checked<Encoded<WireBody>> => {
  const { images, mask } = request
  const fields = Object.entries(membersOf(request, model)).map(([name, value]) => ({ name, value: written(value) }))
  const name = images.length > 1 ? 'image[]' : 'image'
  const files: readonly FormPart[] = [
    ...images.map(file => ({ name, file })),
    ...(mask === undefined ? [] : [{ name: 'mask', file: mask }]),
  ]
  return { ok: true, value: { value: { form: [...fields, ...files] }, losses: lossesOf(request) } }
}

/** A picture as an address that holds it. */
const addressOf = ({ mediaType, bytes }: Upload): Json => {
  const type = mediaType === '' ? 'image/png' : mediaType
  return { type: 'image_url', url: { inlined: bytes, behind: `data:${type};base64,` } }
}

/** Edits for those who take them as JSON with the pictures in it (xAI). */
export const encodeEditAsJson = (request: ImagesBody, model: string): Checked<Encoded<WireBody>> => {
  const { images, mask } = request
  if (mask !== undefined) return { ok: false, why: 'takes no mask' }
  const pictures = images.map(addressOf)
  const json = {
    ...membersOf(request, model),
    ...(pictures.length === 1 ? { image: pictures[0] } : { images: pictures }),
  }
  return { ok: true, value: { value: { json, holdsFiles: true }, losses: lossesOf(request) } }
}
