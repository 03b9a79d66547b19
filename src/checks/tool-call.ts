/** Does each call name a tool of the request, with arguments that it takes. */
import { isRecord } from '../domain/json.ts'
import type { ToolCallPart } from '../domain/message.ts'
import { didYouMean } from '../domain/nearest.ts'
import type { ChatRequest, ToolChoice } from '../domain/request.ts'
import type { Choice } from '../domain/response.ts'
import { passes } from '../ports/check.ts'
import type { AnswerCheck, CheckResult } from '../ports/check.ts'
import { callsOf, everyChoice, isRefused, longestJudged } from './choices.ts'
import { fits } from './json-schema.ts'

/** The arguments; undefined where they are no JSON. */
const argumentsOf = (input: string): unknown => {
  try {
    return input.trim() === '' ? {} : JSON.parse(input)
  } catch {
    // No JSON text stands for undefined, so that this is an answer.
    return undefined
  }
}

const judgeCall = ({ name, input }: ToolCallPart, { tools, opaqueTools = [] }: ChatRequest): CheckResult => {
  const tool = tools.find(one => one.name === name)
  if (tool === undefined) {
    // Tools that only one dialect knows have names that only it knows.
    if (opaqueTools.length > 0) return passes
    const near = didYouMean(
      name,
      tools.map(one => one.name),
    )
    return { ok: false, why: `it calls ${JSON.stringify(name.slice(0, 100))}, which is no tool of the request${near}` }
  }
  if (input.length > longestJudged) return passes
  const given = argumentsOf(input)
  if (!isRecord(given)) return { ok: false, why: `the arguments of ${name} are no JSON object` }
  const fit = tool.inputSchema === undefined ? passes : fits(given, tool.inputSchema)
  return fit.ok ? passes : { ok: false, why: `the arguments of ${name} do not fit: ${fit.why}` }
}

/** The tools of which one has to be called; undefined where none has to. */
const owed = (choice: ToolChoice | undefined): 'any' | readonly string[] | undefined => {
  if (choice === 'required') return 'any'
  if (choice === undefined || choice === 'auto' || choice === 'none') return undefined
  if ('name' in choice) return [choice.name]
  return choice.required ? choice.oneOf : undefined
}

const judgeChoice = (choice: Choice, request: ChatRequest): CheckResult => {
  if (isRefused(choice)) return passes
  const calls = callsOf(choice)
  const must = owed(request.toolChoice)
  if (must !== undefined && calls.length === 0 && choice.parts.every(({ type }) => type !== 'opaque')) {
    return { ok: false, why: `it calls no tool, where ${must === 'any' ? 'one' : must.join(' or ')} had to be called` }
  }
  const stranger = calls.find(({ name }) => must !== undefined && must !== 'any' && !must.includes(name))
  if (stranger !== undefined && Array.isArray(must)) {
    return { ok: false, why: `it calls ${stranger.name}, where ${must.join(' or ')} had to be called` }
  }
  return calls.map(call => judgeCall(call, request)).find(({ ok }) => !ok) ?? passes
}

/** Of requests with tools. */
export const toolCallCheck: AnswerCheck = {
  name: 'tool-call',
  applies: ({ tools, toolChoice }) => tools.length > 0 && toolChoice !== 'none',
  judge: (answer, request) => everyChoice(answer, choice => judgeChoice(choice, request)),
}
