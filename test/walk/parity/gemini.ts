/** Google's generateContent, written and read by its published reference. */
import { asMuch, decode, firstOfAnswer, list, number, plainSchema, record, records, text, told } from './meaning.ts'
import type { Answer, Ask, Choice, End, Fault, Json, Tongue, Usage } from './meaning.ts'
import { event, payloads } from './sse.ts'
import { callsIn, contents, partsOf, readParts, readTurns, wordsIn } from './gemini-turns.ts'

const choiceOf = (choice: string | undefined): Json | undefined => {
  if (choice === undefined) return undefined
  const mode = choice === 'none' ? 'NONE' : 'ANY'
  return {
    functionCallingConfig: { mode, ...(choice.startsWith('named:') && { allowedFunctionNames: [choice.slice(6)] }) },
  }
}
const readChoice = (config: unknown): string | undefined => {
  const { mode, allowedFunctionNames: names } = record(record(config)['functionCallingConfig'])
  if (mode === 'ANY') return list(names).length === 1 ? `named:${String(list(names)[0])}` : 'required'
  return mode === 'NONE' ? 'none' : undefined
}
const budgets = { low: 1024, medium: 8192, high: 24_576 }
const levels: Readonly<Record<string, Ask['thinks']>> = { MINIMAL: 'low', LOW: 'low', MEDIUM: 'medium', HIGH: 'high' }

const usage = (used: Usage | undefined): Json | undefined =>
  used &&
  told({
    promptTokenCount: used.input,
    cachedContentTokenCount: used.cached,
    candidatesTokenCount: used.output - (used.reasoning ?? 0),
    thoughtsTokenCount: used.reasoning,
    totalTokenCount: used.input + used.output,
  })
const readUsage = (value: unknown): Usage | undefined => {
  const used = record(value)
  const input = number(used['promptTokenCount'])
  if (input === undefined) return undefined
  const reasoning = number(used['thoughtsTokenCount']) ?? 0
  return told({
    input,
    cached: number(used['cachedContentTokenCount']),
    output: (number(used['candidatesTokenCount']) ?? 0) + reasoning,
    reasoning,
  })
}
/** Google ends with calls as it ends with words. */
const endOf: Readonly<Record<End, string>> = { stop: 'STOP', length: 'MAX_TOKENS', calls: 'STOP', refused: 'SAFETY' }
const readEnd = (reason: unknown, { calls }: Choice): End | undefined => {
  if (reason === 'STOP') return calls === undefined ? 'stop' : 'calls'
  if (reason === 'MAX_TOKENS') return 'length'
  return /SAFETY|PROHIBITED|BLOCKLIST|SPII|RECITATION/.test(text(reason)) ? 'refused' : undefined
}
const words = {
  limit: [429, 'RESOURCE_EXHAUSTED'],
  request: [400, 'INVALID_ARGUMENT'],
  server: [500, 'INTERNAL'],
} as const
const errorOf = ({ whose, message }: Fault): Json => ({
  error: { code: words[whose][0], message, status: words[whose][1] },
})
const readFault = (error: unknown): Fault => {
  const { status, message } = record(error)
  return {
    whose: status === 'RESOURCE_EXHAUSTED' ? 'limit' : status === 'INVALID_ARGUMENT' ? 'request' : 'server',
    message: text(message),
  }
}
const around = { modelVersion: 'upstream-model', responseId: 'r1' }
const readChoices = (all: readonly Json[]): readonly Choice[] => {
  const candidates = all.flatMap(chunk => records(chunk['candidates']))
  const places = [...new Set(candidates.map(one => number(one['index']) ?? 0))].toSorted()
  return places.map(place => {
    const mine = candidates.filter(one => (number(one['index']) ?? 0) === place)
    const choice = readParts(mine.flatMap(one => records(record(one['content'])['parts'])))
    return told({
      ...choice,
      end: readEnd(mine.findLast(one => one['finishReason'] !== undefined)?.['finishReason'], choice),
    })
  })
}

export const gemini: Tongue = {
  id: 'gemini',
  path: (model, stream) => `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  ask: ask =>
    told({
      contents: contents(ask),
      systemInstruction: ask.system && { parts: [{ text: ask.system }] },
      tools: ask.tools && [
        {
          functionDeclarations: ask.tools.map(({ name, description, schema }) => ({
            name,
            description,
            parametersJsonSchema: schema,
          })),
        },
      ],
      toolConfig: choiceOf(ask.choice),
      generationConfig: told({
        stopSequences: ask.stop,
        maxOutputTokens: ask.length,
        temperature: ask.temperature,
        topP: ask.topP,
        topK: ask.topK,
        frequencyPenalty: ask.frequency,
        presencePenalty: ask.presence,
        seed: ask.seed,
        candidateCount: ask.answers,
        ...(ask.schema !== undefined && { responseMimeType: 'application/json', responseJsonSchema: ask.schema }),
        thinkingConfig: ask.thinks && { thinkingBudget: budgets[ask.thinks], includeThoughts: true },
      }),
    }),
  hear: (body, path) => {
    const config = record(body['generationConfig'])
    const { thinkingBudget: budget, thinkingLevel: level } = record(config['thinkingConfig'])
    return told({
      system: wordsIn(records(record(body['systemInstruction'])['parts'])),
      turns: readTurns(records(body['contents'])),
      stop: list(config['stopSequences']).map(String),
      length: number(config['maxOutputTokens']),
      temperature: number(config['temperature']),
      topP: number(config['topP']),
      topK: number(config['topK']),
      frequency: number(config['frequencyPenalty']),
      presence: number(config['presencePenalty']),
      seed: number(config['seed']),
      tools: records(body['tools'])
        .flatMap(tool => records(tool['functionDeclarations']))
        .map(({ name, description, parameters, parametersJsonSchema }) => ({
          name: text(name),
          description: text(description),
          schema: plainSchema(parametersJsonSchema ?? parameters),
        })),
      choice: readChoice(body['toolConfig']),
      schema: plainSchema(config['responseJsonSchema'] ?? config['responseSchema']),
      thinks: asMuch(number(budget)) ?? levels[text(level)],
      answers: number(config['candidateCount']),
      stream: path.includes(':stream'),
    })
  },
  say: ({ choices, usage: used }) => ({
    ...around,
    candidates: choices.map((choice, index) => ({
      index,
      content: { role: 'model', parts: partsOf(choice, firstOfAnswer()) },
      finishReason: endOf[choice.end ?? 'stop'],
    })),
    usageMetadata: usage(used),
  }),
  sayPieces: ({ choices, usage: used, fault }) => {
    const chunk = (index: number, parts: readonly Json[], more: Json = {}): Json => ({
      ...around,
      candidates: [{ index, content: { role: 'model', parts }, ...more }],
    })
    const said = choices.flatMap((choice, index) =>
      partsOf(choice, firstOfAnswer()).flatMap(part => {
        const whole = text(part['text'])
        if (whole.length < 4) return [chunk(index, [part])]
        const { thoughtSignature: _signature, ...bare } = part
        return [chunk(index, [{ ...bare, text: whole.slice(0, 3) }]), chunk(index, [{ ...part, text: whole.slice(3) }])]
      }),
    )
    const ends = choices.map((choice, index) => ({
      ...chunk(index, [{ text: '' }], { finishReason: endOf[choice.end ?? 'stop'] }),
      usageMetadata: usage(used),
    }))
    return [...said, ...(fault === undefined ? ends : [errorOf(fault)])].map(one => event(one))
  },
  streamType: 'text/event-stream',
  refuse: fault => ({ status: words[fault.whose][0], body: errorOf(fault) }),
  understand: (wire): Answer => {
    const body = record(JSON.parse(decode(wire.body)))
    if (body['error'] !== undefined) return { choices: [], fault: readFault(body['error']), isWhole: false }
    return told({ choices: readChoices([body]), usage: readUsage(body['usageMetadata']), isWhole: true })
  },
  understandStream: wire => {
    const { all } = payloads(wire)
    const error = all.find(one => one['error'] !== undefined)?.['error']
    return told({
      choices: readChoices(all),
      usage:
        error === undefined
          ? readUsage(all.findLast(one => one['usageMetadata'] !== undefined)?.['usageMetadata'])
          : undefined,
      fault: error === undefined ? undefined : readFault(error),
      isWhole:
        error === undefined &&
        all.some(one => records(one['candidates']).some(candidate => candidate['finishReason'] !== undefined)),
    })
  },
  goOn: (asked, answered, results) => {
    const content = record(records(answered['candidates'])[0]?.['content'])
    const calls = callsIn(records(content['parts']))
    const parts = results.map((output, at) => ({
      functionResponse: told({ id: calls[at]?.['id'], name: calls[at]?.['name'], response: { output } }),
    }))
    return { ...asked, contents: [...list(asked['contents']), content, { role: 'user', parts }] }
  },
}
