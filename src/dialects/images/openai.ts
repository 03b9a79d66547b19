/** Images as OpenAI and its look-alikes have them: made from a prompt, or from pictures. */
import type { DialectId } from '../../domain/ids.ts'
import type { ImagesBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { decodeAnswer, encodeAnswer, encodeEvents, passes, readEvent } from './openai-answer.ts'
import { decodeEdit, decodeGeneration, encodeEdit, encodeEditAsJson, encodeGeneration, id } from './openai-request.ts'

const answers = { decodeAnswer, encodeAnswer, encodeEvents, passes, readEvent }

/** `POST /v1/images/generations`. */
export const openaiImages: OperationDialect<ImagesBody> = {
  ...answers,
  id,
  operations: ['images'],
  decodeRequest: decodeGeneration,
  encodeRequest: encodeGeneration,
}

/** `POST /v1/images/edits`: a form. */
export const openaiImageEdits: OperationDialect<ImagesBody> = {
  ...answers,
  id,
  operations: ['image-edits'],
  decodeRequest: decodeEdit,
  encodeRequest: encodeEdit,
}

/** The same as JSON, as xAI takes it. */
export const imageEditsAsJson: OperationDialect<ImagesBody> = {
  ...openaiImageEdits,
  id: 'xai' as DialectId,
  encodeRequest: encodeEditAsJson,
}
