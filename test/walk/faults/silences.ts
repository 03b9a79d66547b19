/** Upstreams that are slow, silent, or never done: only a deadline ends them. */
import type { Fault, Way } from './fault.ts'
import { rest, unseen } from './answers.ts'
import { sayFirst } from './breaking.ts'
import { begin, chunk, forever } from './wire.ts'

const afterContent = ({ streamed }: Way) => (streamed ? 'broken' : 'rescued')
const always = () => 'rescued' as const
const hasty = true
const inChunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

export const silences: readonly Fault[] = [
  { name: 'slow headers', fate: always, hasty, act: () => undefined },
  {
    name: 'half a header',
    fate: always,
    hasty,
    act: ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\ncontent-ty'),
  },
  {
    name: 'interim answers without end',
    fate: always,
    hasty,
    act: call => forever(call, 20, () => 'HTTP/1.1 102 Processing\r\n\r\n'),
  },
  {
    name: 'stalled before the first token',
    fate: always,
    hasty,
    act: (call, script) => {
      begin(call)
      if (call.stream) chunk(call.socket, unseen(script))
    },
  },
  {
    name: 'stalled in mid-stream',
    fate: afterContent,
    hasty,
    act: (call, script) => sayFirst(call, script),
  },
  {
    name: 'signs of life and no word',
    fate: always,
    hasty,
    act: call => {
      begin(call)
      return forever(call, 20, () => inChunk(call.stream ? ': PROCESSING\n\n' : '\n'))
    },
  },
  {
    name: 'slow trickle',
    fate: afterContent,
    hasty,
    act: async (call, script) => {
      await sayFirst(call, script)
      // Too slow to be done in time, and never silent for long.
      await forever(call, 50, () => inChunk(call.stream ? ':\n\n' : ' '))
    },
  },
  {
    name: 'endless stream',
    fate: afterContent,
    hasty,
    act: async (call, script) => {
      await sayFirst(call, script)
      const [more = ''] = rest(script)
      await forever(call, 20, () => inChunk(call.stream && call.tongue !== 'responses' ? more : ' \n'))
    },
  },
]
