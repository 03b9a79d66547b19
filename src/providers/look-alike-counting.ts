/** How look-alikes tell how long a conversation is: each has a door of its own for it, if any. */
import { isRecord } from '../domain/json.ts'
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import type { LookAlike } from './look-alike.ts'
import type { Counting, Voice } from './voice.ts'

/** The number at this path of members; undefined where there is none. */
const numberAt = (answer: unknown, ...path: readonly string[]): number | undefined => {
  const found = path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), answer)
  return typeof found === 'number' ? found : undefined
}

/** The members of a chat that a tokenizer takes. */
const only =
  (...members: readonly string[]): NonNullable<Counting['body']> =>
  chat =>
    Object.fromEntries(members.filter(name => chat[name] !== undefined).map(name => [name, chat[name]]))

/** By the word in the table. */
const countings: Readonly<Record<Exclude<LookAlike['counts'], undefined | 'messages'>, Counting>> = {
  // vLLM has it beside its `/v1`, and puts the chat's template around the messages.
  tokenize: {
    path: '/tokenize',
    host: base => base.replace(/\/v1\/*$/, ''),
    body: only('model', 'messages', 'tools', 'chat_template_kwargs'),
    read: answer => numberAt(answer, 'count'),
  },
  estimate: {
    path: '/tokenizers/estimate-token-count',
    body: only('model', 'messages'),
    read: answer => numberAt(answer, 'data', 'total_tokens'),
  },
  tokenizer: {
    path: '/tokenizer',
    body: only('model', 'messages', 'tools'),
    read: answer => numberAt(answer, 'usage', 'prompt_tokens'),
  },
}

/** The door of this look-alike, asked in its own dialect. */
export const countingOf = ({ counts }: LookAlike): Pick<Voice, 'counting'> =>
  counts === undefined || counts === 'messages' ? {} : { counting: countings[counts] }

/** Servers that count as Anthropic does, whatever they are asked in for answers. */
export const countersOf = ({ counts }: LookAlike): readonly Voice[] =>
  counts === 'messages'
    ? [
        {
          dialect: anthropicMessages,
          path: '/messages',
          needsLength: true,
          headers: { 'anthropic-version': '2023-06-01' },
          counting: {
            path: '/messages/count_tokens',
            body: ({ max_tokens: _length, stream: _stream, ...chat }) => chat,
            read: answer => numberAt(answer, 'input_tokens'),
          },
        },
      ]
    : []
