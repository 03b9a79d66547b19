/** The number of input tokens as Bedrock tells it: beside the answer, not in it. */
import type { WireHead } from '../../ports/transport.ts'

/** The count in the head; undefined where it tells none. */
export const headCount = (head: WireHead | undefined): unknown => {
  const value: unknown = head?.headers['x-amzn-bedrock-input-token-count']
  return Array.isArray(value) ? value[0] : value
}
