/** Reasoning of an answer while its pieces come in. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { At } from './answer-calls.ts'
import type { Thought } from './thoughts.ts'
import type { Json } from '../../domain/json.ts'
import { carried } from './wire.ts'

/** A block of reasoning that is open. */
export interface OpenThought {
  readonly block: number
  readonly index: number | undefined
  readonly isRedacted: boolean
  text: string
  /** All its words came without any detail so far. */
  isPlain: boolean
  signature: string
  others: Json | undefined
}
/** Where a block of reasoning stands: in which choice, and whether each piece is a block of its own. */
interface Around {
  readonly choice: { readonly at: At; blocks: number }
  readonly isWhole: boolean
}

/** Ends a block. */
export const closeThought = ({ block, signature, others }: OpenThought, at: At): readonly StreamEvent[] => [
  { type: 'reasoning-end', block, ...at, ...(signature !== '' && { signature }), ...carried(others) },
]

const goesOn = (open: OpenThought, { index, redacted }: Thought): boolean =>
  !open.isRedacted &&
  redacted === undefined &&
  open.signature === '' &&
  (index === undefined || open.index === undefined || index === open.index)

const begin = ({ index, redacted }: Thought, { choice }: Around): OpenThought => ({
  block: choice.blocks++,
  index,
  isRedacted: redacted !== undefined,
  text: '',
  isPlain: true,
  signature: '',
  others: undefined,
})

/** Adds the words, the proof and the rest of one piece. */
const grow = (open: OpenThought, { text, signature, others, index }: Thought, at: At): readonly StreamEvent[] => {
  const isPlain = signature === undefined && others === undefined && index === undefined
  // Details may come after the plain words, with all of them once more.
  const isRecap = !isPlain && text === open.text && (open.isPlain || signature !== undefined)
  open.isPlain &&= isPlain
  if (signature !== undefined) open.signature = signature
  if (others !== undefined) open.others = { ...open.others, ...others }
  if (text === undefined || isRecap) return []
  open.text += text
  return [{ type: 'reasoning-delta', block: open.block, ...at, text }]
}

/** Reads one piece into the block that is open, or into a new one. */
export const readThought = (
  before: OpenThought | undefined,
  thought: Thought,
  around: Around,
): { readonly open: OpenThought; readonly events: readonly StreamEvent[] } => {
  const { at } = around.choice
  if (before !== undefined && !around.isWhole && goesOn(before, thought)) {
    return { open: before, events: grow(before, thought, at) }
  }
  const open = begin(thought, around)
  const { redacted } = thought
  const start: StreamEvent = {
    type: 'reasoning-start',
    block: open.block,
    ...at,
    ...(redacted !== undefined && { redacted }),
  }
  const ended = before === undefined ? [] : closeThought(before, at)
  return { open, events: [...ended, start, ...grow(open, thought, at)] }
}
