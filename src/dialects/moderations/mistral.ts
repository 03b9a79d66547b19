/** Moderations as Mistral has them: texts alone, judged by names of its own. */
import { isRecord } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { ModerationsBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { openaiModerations } from './openai.ts'
import { inputUsage, isText, readJudged, textOf } from './wire.ts'

/** Mistral's names for what others judge as well; health, finance, law, personal data and jailbreaks it has alone. */
const names: Readonly<Record<string, string>> = {
  hate_and_discrimination: 'hate',
  violence_and_threats: 'violence',
  dangerous_and_criminal_content: 'illicit',
  // Later models tell the two apart.
  dangerous: 'illicit/violent',
  criminal: 'illicit',
  selfharm: 'self-harm',
}
const nameOf = (name: string): string => (Object.hasOwn(names, name) ? (names[name] ?? name) : name)

/** `POST /v1/moderations` of Mistral. */
export const mistralModerations: OperationDialect<ModerationsBody> = {
  ...openaiModerations,
  id: 'mistral' as DialectId,
  encodeRequest: (request, model) => {
    const texts = request.inputs.map(textOf)
    if (!texts.every(isText)) return { ok: false, why: 'judges no pictures' }
    return { ok: true, value: { value: { json: { model, input: texts } }, losses: [] } }
  },
  decodeAnswer: (body, request) => {
    if (!isRecord(body)) return { ok: false, why: 'no object' }
    const judged = readJudged(body['results'], request, () => ({}), nameOf)
    if (!judged.ok) return judged
    const { model, usage: told, id: upstreamId } = body
    const usage = isRecord(told) ? inputUsage(told['prompt_tokens'] ?? told['total_tokens']) : undefined
    return {
      ok: true,
      value: {
        result: { type: 'moderations', judged: judged.value },
        ...(isText(model) && { model }),
        ...(isText(upstreamId) && { upstreamId }),
        ...(usage !== undefined && { usage }),
      },
    }
  },
}
