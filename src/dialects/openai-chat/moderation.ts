/** The findings of moderation that an answer may carry, as the published schema has them. */
import type { Fix } from '../mend.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

const areAll = (value: unknown, is: (one: unknown) => boolean): boolean =>
  isRecord(value) && Object.values(value).every(is)
const inputTypes = new Set<unknown>(['text', 'image'])

const isResult = (value: unknown): boolean =>
  isRecord(value) &&
  value['type'] === 'moderation_result' &&
  typeof value['model'] === 'string' &&
  typeof value['flagged'] === 'boolean' &&
  areAll(value['categories'], one => typeof one === 'boolean') &&
  areAll(value['category_scores'], one => typeof one === 'number') &&
  areAll(value['category_applied_input_types'], one => Array.isArray(one) && one.every(type => inputTypes.has(type)))

const areResults = ({ type, model, results }: Json): boolean =>
  type === 'moderation_results' && typeof model === 'string' && Array.isArray(results) && results.every(isResult)
const isError = ({ type, code, message }: Json): boolean =>
  type === 'error' && typeof code === 'string' && typeof message === 'string'
const isFinding = (value: unknown): boolean => isRecord(value) && (areResults(value) || isError(value))

/** Findings about input and output, null or nothing: of findings in another form no client could make sense. */
export const moderation: Fix = value =>
  value === null || (isRecord(value) && isFinding(value['input']) && isFinding(value['output'])) ? value : undefined
