/** Connections that break, and answers that lack their end. */
import type { Fault, Way } from './fault.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { firstSeen, rest } from './answers.ts'
import type { Script } from './answers.ts'
import type { Call } from './upstream.ts'
import { begin, chunk, events, finish, json, reply, sendAll, typeOf } from './wire.ts'

/** Whoever streams has shown something by then. */
const afterContent = ({ streamed }: Way) => (streamed ? 'broken' : 'rescued')
const always = () => 'rescued' as const

/** So much of the answer as the client will have seen, once it has. */
export const sayFirst = async (call: Call, script: Script): Promise<void> => {
  begin(call)
  if (!call.stream) return void chunk(call.socket, script.whole.slice(0, script.whole.length / 2))
  chunk(call.socket, firstSeen(script))
  await call.heard
}

/** The place of this quarter, but never behind the last byte that matters: what has come to its end cannot break. */
const cutAt = (text: string, quarter: number): number =>
  Math.min(Math.floor((text.length * quarter) / 4), text.trimEnd().length - 1)

/** So many quarters of the bytes, and then a reset. */
const resetAt = (quarter: number): Fault => {
  const shows = (script: Script): boolean => cutAt(script.stream, quarter) >= firstSeen(script).length
  return {
    name: `reset at ${quarter}/4`,
    fate: ({ streamed }, script) => (streamed && shows(script) ? 'broken' : 'rescued'),
    act: async (call, script) => {
      const text = call.stream ? script.stream : script.whole
      begin(call)
      chunk(call.socket, text.slice(0, cutAt(text, quarter)))
      if (call.stream && shows(script)) await call.heard
      else await sleep(20)
      call.socket.resetAndDestroy()
    },
  }
}

/** The frames without those that tell that it is whole. */
const withoutEnd = ({ frames }: Script): string => {
  const ends = /\[DONE\]|"message_stop"|"response\.completed"|"finishReason":"STOP"/
  return frames.filter(frame => !ends.test(frame)).join('')
}

export const breaking: readonly Fault[] = [
  { name: 'reset before headers', fate: always, isStale: true, act: ({ socket }) => void socket.resetAndDestroy() },
  { name: 'closed before headers', fate: always, isStale: true, act: ({ socket }) => void socket.end() },
  {
    name: 'reset after headers',
    fate: always,
    act: async call => {
      begin(call)
      await sleep(20)
      call.socket.resetAndDestroy()
    },
  },
  ...[1, 2, 3, 4].map(resetAt),
  {
    name: 'closed in the middle',
    fate: afterContent,
    act: async (call, script) => {
      await sayFirst(call, script)
      call.socket.end()
    },
  },
  {
    name: 'shorter than its length',
    fate: always,
    act: call => {
      call.socket.write(`HTTP/1.1 200 OK\r\n${typeOf(call)}\r\ncontent-length: 9999\r\n\r\n`)
      call.socket.end(' ')
    },
  },
  {
    name: 'truncated JSON',
    fate: afterContent,
    act: async (call, script) => {
      if (!call.stream) return reply(call, script.whole.slice(0, -9), '200 OK', json)
      await sayFirst(call, script)
      const [next = ''] = rest(script)
      chunk(call.socket, `${next.trimEnd().slice(0, -9)}\n\n`)
      finish(call.socket)
    },
  },
  {
    name: 'chunks of no length',
    fate: afterContent,
    act: async (call, script) => {
      await sayFirst(call, script)
      call.socket.write('what?\r\n')
    },
  },
  {
    name: 'nonsense in mid-stream',
    fate: afterContent,
    act: async (call, script) => {
      const nonsense = 'data: <html>\n\n'
      if (!call.stream) return sendAll(call, firstSeen(script) + nonsense + rest(script).join(''), events)
      await sayFirst(call, script)
      chunk(call.socket, nonsense + rest(script).join(''))
      finish(call.socket)
    },
  },
  {
    name: 'truncated SSE',
    fate: afterContent,
    act: async (call, script) => {
      if (!call.stream) return sendAll(call, script.stream.slice(0, -script.stream.length / 3))
      await sayFirst(call, script)
      finish(call.socket)
    },
  },
  {
    // OpenAI's and Anthropic's reason for the end says it already; Google's and Responses' last events are all there is.
    name: 'no end mark',
    fate: ({ tongue, streamed }) => {
      if (tongue === 'chat' || tongue === 'messages') return 'served'
      return streamed ? 'broken' : 'rescued'
    },
    act: (call, script) => sendAll(call, withoutEnd(script), events),
  },
]
