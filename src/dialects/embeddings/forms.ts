/** The forms in which the numbers of vectors are written: floats, base64, a byte or a bit each. */
import type { EmbeddingsBody, OperationAnswer, Vector, VectorForm } from '../../domain/operation.ts'
import { floatsOf, packed } from './floats.ts'

/** All of them, as they are called everywhere. */
export const vectorForms: readonly VectorForm[] = ['float', 'base64', 'int8', 'uint8', 'binary', 'ubinary']

export const isForm = (value: unknown): value is VectorForm => vectorForms.some(form => form === value)

/** The forms that were asked for, at least one. */
export const formsOf = ({ forms, encoding }: EmbeddingsBody): readonly VectorForm[] =>
  forms === undefined || forms.length === 0 ? [encoding] : forms

/** The wish for these forms. */
export const wishFor = (forms: readonly VectorForm[]): Pick<EmbeddingsBody, 'encoding' | 'forms'> => {
  const encoding = forms.includes('base64') && !forms.includes('float') ? 'base64' : 'float'
  return { encoding, ...((forms.length > 1 || forms.some(form => form !== encoding)) && { forms }) }
}

/** The vector as numbers. */
export const asFloats = (vector: Vector): readonly number[] => ('base64' in vector ? floatsOf(vector.base64) : vector)
/** The vector as base64 of 32-bit floats. */
export const asBase64 = (vector: Vector): string => ('base64' in vector ? vector.base64 : packed(vector))

/** The signs of the numbers as bits, eight to a byte, the first the highest. */
const signs = (vector: readonly number[]): readonly number[] =>
  Array.from({ length: Math.ceil(vector.length / 8) }, (_, byte) =>
    vector.slice(8 * byte, 8 * byte + 8).reduce((bits, value, place) => bits | (value > 0 ? 128 >> place : 0), 0),
  )

/** Bytes from 0 to 255 as those that begin 128 lower, and back. */
const lower = (bytes: readonly number[]): readonly number[] => bytes.map(byte => byte - 128)
const higher = (bytes: readonly number[]): readonly number[] => bytes.map(byte => byte + 128)

type Embedded = Extract<OperationAnswer['result'], { type: 'embeddings' }>

const fewBits = (result: Embedded, form: Exclude<VectorForm, 'float' | 'base64'>): readonly (readonly number[])[] => {
  const { vectors, quantized = {} } = result
  const given = quantized[form]
  if (given !== undefined) return given
  if (form === 'binary') return quantized.ubinary?.map(lower) ?? vectors.map(vector => lower(signs(asFloats(vector))))
  if (form === 'ubinary') return quantized.binary?.map(higher) ?? vectors.map(vector => signs(asFloats(vector)))
  return []
}

/** All vectors in this form; fewer than there were inputs where nobody gave what it is made of. */
export const inForm = (
  result: OperationAnswer['result'],
  form: VectorForm,
): readonly (string | readonly number[])[] => {
  if (result.type !== 'embeddings') return []
  if (form === 'float') return result.vectors.map(asFloats)
  return form === 'base64' ? result.vectors.map(asBase64) : fewBits(result, form)
}
