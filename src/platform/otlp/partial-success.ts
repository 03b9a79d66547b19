/** Reads how many spans a collector refused, from an ExportTraceServiceResponse. */

interface Field {
  readonly number: number
  /** The value of a varint, or the bytes of a message or text; undefined for what is skipped. */
  readonly value: number | Uint8Array | undefined
}

/** The fields of a message, as far as it makes sense. */
const fieldsOf = (bytes: Uint8Array): readonly Field[] => {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; at < bytes.length && shift < 64; shift += 7) {
      const byte = bytes[at++] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    return value
  }
  while (at < bytes.length) {
    const tag = varint()
    const type = tag % 8
    let value: Field['value']
    if (type === 0) value = varint()
    else if (type === 2) {
      const length = varint()
      value = bytes.subarray(at, at + length)
      at += length
    } else if (type === 1) at += 8
    else if (type === 5) at += 4
    else return fields
    fields.push({ number: Math.floor(tag / 8), value })
  }
  return fields
}

/** 0 for an empty answer, or one that makes no sense. */
export const rejectedSpans = (body: Uint8Array): number => {
  const partial = fieldsOf(body).find(({ number }) => number === 1)?.value
  if (!(partial instanceof Uint8Array)) return 0
  const rejected = fieldsOf(partial).find(({ number }) => number === 1)?.value
  return typeof rejected === 'number' ? rejected : 0
}
