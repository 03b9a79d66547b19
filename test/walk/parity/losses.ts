/** Which loss, by its name, tells of which difference, and what differs without a loss. */

/** A difference, and the names that tell of it. */
const telling: readonly (readonly [difference: RegExp, loss: RegExp])[] = [
  [/^ask\.stop/, /^limits\.stop$/],
  [/^ask\.length/, /^limits\.maxOutputTokens$/],
  [/^ask\.temperature/, /^sampling\.temperature$/],
  [/^ask\.topP/, /^sampling\.topP$/],
  [/^ask\.topK/, /^sampling\.topK$/],
  [/^ask\.frequency/, /^sampling\.frequencyPenalty$/],
  [/^ask\.presence/, /^sampling\.presencePenalty$/],
  [/^ask\.seed/, /^sampling\.seed$/],
  [/^ask\.(?:choice|tools)/, /^toolChoice$/],
  [/^ask\.answers|^answer\.choices\[1\]/, /^choices$/],
  [/^ask\.turns\[\d+\]\.media\[\d+\]\.name/, /^messages\.file\.name$/],
  [/^ask\.turns\[\d+\]\.media/, /^messages\.(?:file|image)$/],
  [/^ask\.turns\[\d+\]\.thoughts/, /^messages\.reasoning/],
  [/^answer\.choices\[\d+\]\.thoughts\[\d+\]\.signature/, /^content\.(?:thoughtSignature|reasoning\.signature)$/],
  [/^answer\.choices\[\d+\]\.stoppedBy/, /^content\.stop_sequence$/],
  [/^answer\.choices\[\d+\]\.end/, /^content\.finish_reason$/],
  [/^answer\.usage\.written/, /^usage\.inputCacheWritten$/],
  [/^answer\.usage\.reasoning/, /^usage\.reasoning$/],
]

/** What may differ and loses nothing, and why. */
const harmless: readonly (readonly [difference: RegExp, how: RegExp, why: string])[] = [
  [
    /^ask\.turns\[\d+\]\.media\[\d+\]\.name$/,
    /^nothing became/,
    'some take no file without a name, so that one is made up',
  ],
]
/** Who may call no tool need not know of any: Bedrock is told of none in place of being told to call none. */
const isNoTool = (different: ReadonlyMap<string, string>): boolean =>
  different.get('ask.choice')?.startsWith('"none"') === true

/** Losses of what is not compared here, and why they are told. */
const beside: Readonly<Record<string, string>> = {
  'answer.metrics.latencyMs': 'only Bedrock tells how long it took',
  'reasoning.budget': 'an effort was asked for in place of a budget',
  'reasoning.effort': 'a budget was asked for in place of an effort',
  'reasoning.summary': 'how thoughts are summed up is a wish of the responses alone',
  'messages.detail': 'how closely an image is looked at is a wish of the responses alone',
  'content.thoughtSignature': 'the proof came back all the same, by the id of the call',
  'content.reasoning.signature': 'the proof came back all the same, by the id of the call',
}

/** Losses that are told though all that they speak of is there. */
export const inVain = (different: ReadonlyMap<string, string>, losses: readonly string[]): readonly string[] =>
  losses.filter(name => {
    if (Object.hasOwn(beside, name)) return false
    const pattern = telling.filter(([, loss]) => loss.test(name)).map(([difference]) => difference)
    return ![...different.keys()].some(at => pattern.some(difference => difference.test(at)))
  })

/** What differs though no loss tells of it. */
export const unexplained = (different: ReadonlyMap<string, string>, losses: readonly string[]): readonly string[] =>
  [...different]
    .filter(
      ([at]) => !telling.some(([difference, loss]) => difference.test(at) && losses.some(name => loss.test(name))),
    )
    .filter(([at, how]) => !harmless.some(([difference, pattern]) => difference.test(at) && pattern.test(how)))
    .filter(([at]) => !(isNoTool(different) && /^ask\.(?:choice|tools)/.test(at)))
    .map(([at, how]) => `${at}: ${how}`)
