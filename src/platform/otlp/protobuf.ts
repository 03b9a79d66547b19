/** Writes protobuf: tags, varints, fixed numbers, texts, and messages within messages. */

const firstSize = 64 * 1024

/** The wire types. */
const varintType = 0
const fixed64Type = 1
const lengthType = 2
const fixed32Type = 5

/** Bytes that a length takes. Lengths here are far below 2^28. */
const lengthOfLength = (length: number): number => (length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : 4)

/** A message under construction. Members that are zero or empty are written all the same; leave out what you do not want. */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(firstSize)
  #at = 0

  /** What was written; good until the next write. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }

  #varint(value: number): void {
    let left = value
    while (left >= 0x80) {
      this.#bytes[this.#at++] = (left % 0x80) | 0x80
      left = Math.floor(left / 0x80)
    }
    this.#bytes[this.#at++] = left
  }

  #tag(field: number, type: number): void {
    this.#room(32)
    this.#varint(field * 8 + type)
  }

  /** An int64: two's complement where it is negative. */
  int(field: number, value: number): void {
    this.#tag(field, varintType)
    if (value >= 0) return this.#varint(value)
    let left = BigInt.asUintN(64, BigInt(value))
    for (; left >= 0x80n; left >>= 7n) this.#bytes[this.#at++] = Number(left & 0x7fn) | 0x80
    this.#bytes[this.#at++] = Number(left)
  }

  boolean(field: number, value: boolean): void {
    this.int(field, value ? 1 : 0)
  }

  double(field: number, value: number): void {
    this.#tag(field, fixed64Type)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  fixed64(field: number, value: bigint): void {
    this.#tag(field, fixed64Type)
    this.#at = this.#bytes.writeBigUInt64LE(value, this.#at)
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, fixed32Type)
    this.#at = this.#bytes.writeUInt32LE(value, this.#at)
  }

  text(field: number, value: string): void {
    this.#tag(field, lengthType)
    const length = Buffer.byteLength(value)
    this.#room(length + 4)
    this.#varint(length)
    this.#at += this.#bytes.write(value, this.#at, 'utf8')
  }

  /** Bytes told as hex digits. */
  hex(field: number, digits: string): void {
    this.#tag(field, lengthType)
    this.#room(digits.length)
    this.#varint(digits.length / 2)
    this.#at += this.#bytes.write(digits, this.#at, 'hex')
  }

  /** A message within this one. */
  message(field: number, write: () => void): void {
    this.#tag(field, lengthType)
    const start = this.#at
    // Its length is known only afterwards. Most are short: one byte is kept free, and longer ones move up.
    this.#at += 1
    write()
    const length = this.#at - start - 1
    const shift = lengthOfLength(length) - 1
    if (shift > 0) {
      this.#room(shift)
      this.#bytes.copyWithin(start + 1 + shift, start + 1, this.#at)
    }
    this.#at = start
    this.#varint(length)
    this.#at += length
  }
}
