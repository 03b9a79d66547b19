/** Claude as others host it: the path names the model and whether it streams, the body the version and the betas. */
import { codeOf, statusOf } from '../../domain/failure.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Address, ChatBody, RawBody } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import type { Dialect } from '../../ports/dialect.ts'
import { editMembers } from '../json-text.ts'
import { anthropicMessages } from './index.ts'
import { decodeRequest } from './request.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

/** What has to change so that the body is as Anthropic's own door takes it; undefined takes a member out. */
const nativeMembers = (body: Json, address: Address): Json => {
  const { model } = address
  const isStream = address.stream ?? body['stream'] === true
  return {
    ...(model !== undefined && { model }),
    stream: isStream ? true : undefined,
    anthropic_version: undefined,
    anthropic_beta: undefined,
  }
}
const withMembers = (body: Json, members: Json): Json =>
  Object.fromEntries(Object.entries({ ...body, ...members }).filter(([, value]) => value !== undefined))

/** The betas that the body names, as the header that Anthropic's own clients send. */
const betaHeader = ({ anthropic_beta: betas }: Json): readonly string[] => {
  if (!Array.isArray(betas)) return []
  const names = betas.filter(one => typeof one === 'string')
  return names.length === 0 ? [] : ['anthropic-beta', names.join(',')]
}

/** The body as Anthropic's own door takes it, so that it can go to any provider that speaks the dialect: every byte stays but those of what stands elsewhere. */
export const nativeBody = (raw: RawBody): RawBody => {
  const { address = {}, json, bytes, headers = [] } = raw
  const members = nativeMembers(json, address)
  const changed = Object.entries(members).filter(([name, value]) => json[name] !== value)
  const texts = changed.map(([name, value]) => [name, value === undefined ? undefined : JSON.stringify(value)])
  const all = [...headers, ...betaHeader(json)]
  return {
    ...raw,
    json: withMembers(json, members),
    bytes: changed.length === 0 ? bytes : editMembers(bytes, Object.fromEntries(texts)),
    ...(all.length > 0 && { headers: all }),
  }
}

const decodeHosted = (body: unknown, address: Address = {}): Checked<ChatBody> =>
  decodeRequest(isRecord(body) ? withMembers(body, nativeMembers(body, address)) : body)

/** The dialect of clients that speak to Vertex's `rawPredict`; its streams and errors are Anthropic's own. */
export const claudeOnVertex: Dialect = { ...anthropicMessages, decodeRequest: decodeHosted }

const exceptions: ReadonlyMap<number, string> = new Map([
  [401, 'UnrecognizedClientException'],
  [402, 'ServiceQuotaExceededException'],
  [403, 'AccessDeniedException'],
  [404, 'ResourceNotFoundException'],
  [408, 'ModelTimeoutException'],
  [424, 'ModelErrorException'],
  [429, 'ThrottlingException'],
  [503, 'ServiceUnavailableException'],
  [504, 'ModelTimeoutException'],
])

/** An error as AWS's clients read it: they look for its name in the header first. */
const encodeFailure = (failure: Failure): ReturnType<Dialect['encodeFailure']> => {
  const status = statusOf(failure)
  const { param, message } = failure
  const told = param === undefined || message.includes(param) ? message : `${param}: ${message}`
  const usual = status < 500 ? 'ValidationException' : 'InternalServerException'
  return {
    status,
    body: { message: told, code: codeOf(failure) },
    headers: ['x-amzn-errortype', exceptions.get(status) ?? usual],
  }
}

/**
 * The dialect of clients that speak to Bedrock's `invoke`. Within the house its streams lie as Anthropic's own do, so that
 * bytes can pass; towards the client they are wrapped as `invokeStream` does, errors among them.
 */
export const claudeOnBedrock: Dialect = { ...claudeOnVertex, encodeFailure }
