/** What the house changes of who speaks to a provider in its own words, each by name and with its reason. */
import { differences, isRecord } from '../parity/meaning.ts'

export interface Change {
  readonly dialects: readonly string[]
  readonly at: RegExp
  readonly how: RegExp
  readonly name: string
  readonly why: string
}
const chat = ['openai-chat']
const responses = ['openai-responses']
const openai = [...chat, ...responses, 'openai-completions']

/** Of what is asked. */
export const askedChanges: readonly Change[] = [
  {
    dialects: [...chat, 'openai-completions'],
    at: /^stream_options\.include_usage$/,
    how: /^nothing became true$/,
    name: 'usage is asked for',
    why: 'a stream tells what it cost where that is asked for alone; who did not ask does not see it',
  },
]

const converse = ['bedrock-converse']

/** Of what is asked of a pool: its client did not choose the model, which may take things in another form alone. */
export const pooledChanges: readonly Change[] = [
  {
    dialects: converse,
    at: /\.inputSchema\.json\.(?:additionalProperties|strict|title)$/,
    how: /became nothing$/,
    name: 'the root of a schema',
    why: 'Nova refuses all but type, properties and required there',
  },
  {
    dialects: converse,
    at: /\.toolResult\.content\[\d+\]\.(?:text|json\.result)$/,
    how: /nothing/,
    name: 'results',
    why: 'Mistral takes objects alone',
  },
  {
    dialects: converse,
    at: /\.toolUseId$/,
    how: /^"(?:tooluse_|functions\.)/,
    name: 'ids of calls',
    why: 'Mistral takes nine letters or digits, Claude no dots and colons',
  },
  {
    dialects: converse,
    at: /^additionalModelRequestFields\.(?:thinking|reasoning_config)\./,
    how: /nothing/,
    name: 'the wish to think',
    why: "it has another word for each maker's models",
  },
  {
    dialects: converse,
    at: /\.jsonSchema\.schema$/,
    how: /./,
    name: 'the schema of an answer',
    why: 'Claude takes closed objects alone',
  },
  {
    dialects: chat,
    at: /^temperature$/,
    how: /^1 became nothing$/,
    name: 'the usual temperature',
    why: 'models that reason refuse to be told even that',
  },
]

/** Of what is answered: OpenAI's clients hold it to the published schema, which look-alikes and OpenAI itself break. */
export const gotChanges: readonly Change[] = [
  {
    dialects: openai,
    at: /./,
    how: /^null became nothing$/,
    name: 'null is left out',
    why: 'the schema knows the member and no null of it',
  },
  {
    dialects: chat,
    at: /\.(?:logprobs|finish_reason|message\.refusal|message\.content)$/,
    how: /^nothing became null$/,
    name: 'null stands for nothing',
    why: 'the schema wants the member where there is nothing to say, too',
  },
  {
    dialects: openai,
    at: /\.object$/,
    how: /became "(?:chat\.completion\.chunk|text_completion)"$/,
    name: 'what it is',
    why: 'some call a chunk otherwise or not at all',
  },
  {
    dialects: chat,
    at: /\.role$/,
    how: /^nothing became "assistant"$/,
    name: 'who speaks',
    why: 'the schema wants it named',
  },
  {
    dialects: chat,
    at: /\.service_tier$/,
    how: /^"on_demand" became "default"$|^"" became nothing$/,
    name: 'class of service',
    why: "the schema's own word for it",
  },
  {
    dialects: chat,
    at: /\.finish_reason$/,
    how: /^"" became "(?:stop|tool_calls)"$/,
    name: 'why it ended',
    why: 'an empty word is none; what was said shows which it is',
  },
  {
    dialects: chat,
    at: /\.delta\.(?:content(?:$|\[)|reasoning_content$)/,
    how: /./,
    name: 'thoughts',
    why: "Mistral's come as a list of content, which the schema does not know; they are told as reasoning_content",
  },
  {
    dialects: chat,
    at: /\.tool_calls\[\d+\]\.(?:type|index|id|function\.arguments)$/,
    how: /^(?:nothing|null|"") became (?:"|0$|nothing$)/,
    name: 'members of a call',
    why: 'the schema wants type, place, id and arguments',
  },
  {
    dialects: responses,
    at: /\.(?:cache_write_tokens|sequence_number|content_index)$/,
    how: /^nothing became \d+$/,
    name: 'counts',
    why: 'the schema wants them; older answers and look-alikes have none',
  },
  {
    dialects: responses,
    at: /\.(?:name|text\.format\.name|action\.type|tool_choice|temperature|top_p)$/,
    how: /^nothing became/,
    name: 'members of an item',
    why: 'the schema wants them',
  },
  {
    dialects: responses,
    at: /\.(?:type|content_index)$/,
    how: /^"response\.reasoning_part\.(?:added|done)" became "response\.content_part\.|^1 became 0$/,
    name: 'parts of thoughts',
    why: "Bedrock's have events of their own and count on; the schema knows the events of any part, each from 0",
  },
  {
    dialects: ['openai-completions'],
    at: /\.(?:index|logprobs|finish_reason|id|created)$/,
    how: /^nothing became (?:0|null|"stop"|"")$/,
    name: 'members of a completion',
    why: 'the schema wants them; one look-alike tells nothing but its text',
  },
  {
    dialects: responses,
    at: /\.status$/,
    how: /^"complete" became "completed"$/,
    name: 'status',
    why: "the schema's own word for it",
  },
  {
    dialects: responses,
    at: /\.action\.(?:other_)?sources\[\d+\]/,
    how: /./,
    name: 'sources without an address',
    why: 'the schema knows sources by their address alone; others stand beside them',
  },
  {
    dialects: responses,
    at: /\.tools\[\d+\]\.server_url$/,
    how: /redacted/,
    name: 'an address that is none',
    why: 'the recorder wrote over it',
  },
]

/** A frame that is there on one side only: the usage that nobody but the house asked for, and the end that some never tell. */
export const aligned = (
  recorded: readonly unknown[],
  got: readonly unknown[],
): { readonly recorded: readonly unknown[]; readonly got: readonly unknown[]; readonly frame?: string } => {
  if (recorded.length === got.length + 1 && hasOnlyUsage(recorded.at(-1)))
    return { recorded: recorded.slice(0, -1), got, frame: 'usage that was not asked for is kept back' }
  const place = got.findIndex((one, at) => isEnd(one) && !isEnd(recorded[at]))
  if (recorded.length === got.length - 1 && place !== -1)
    return { recorded, got: got.toSpliced(place, 1), frame: 'an end is told that was not' }
  return { recorded, got }
}
const firstChoice = (frame: unknown): unknown =>
  isRecord(frame) && Array.isArray(frame['choices']) ? frame['choices'][0] : undefined
const hasOnlyUsage = (frame: unknown): boolean =>
  isRecord(frame) && firstChoice(frame) === undefined && frame['usage'] !== undefined
const isEnd = (frame: unknown): boolean => {
  const choice = firstChoice(frame)
  return isRecord(choice) && typeof choice['finish_reason'] === 'string' && choice['finish_reason'] !== ''
}

/** The names of the changes between the two, and what has no name. */
export const changesIn = (
  before: unknown,
  after: unknown,
  dialect: string,
  known: readonly Change[],
): { readonly names: readonly string[]; readonly unnamed: readonly string[] } => {
  const names = new Set<string>()
  const unnamed: string[] = []
  for (const [at, how] of differences(before, after)) {
    const change = known.find(one => one.dialects.includes(dialect) && one.at.test(at) && one.how.test(how))
    if (change === undefined) unnamed.push(`${at}: ${how}`)
    else names.add(change.name)
  }
  return { names: [...names], unnamed }
}
