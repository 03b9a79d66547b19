/** A request for what is said in a file, in OpenAI's form. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Operation, ReceivedForm, TranscriptionBody } from '../../domain/operation.ts'
import type { Checked } from '../../domain/units.ts'
import type { FormPart } from '../../ports/operation-dialect.ts'
import { checked, report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'

export const id = 'openai' as DialectId

const known = new Set([
  'model',
  'language',
  'prompt',
  'temperature',
  'response_format',
  'stream',
  'timestamp_granularities',
  'timestamp_granularities[]',
])
export const formats: readonly string[] = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json']

const isForm = (body: unknown): body is ReceivedForm =>
  isRecord(body) && Array.isArray(body['fields']) && Array.isArray(body['files'])

const formatOf = (findings: Findings, value: string | undefined): string => {
  if (value === undefined || value === '') return 'json'
  if (!formats.includes(value)) report(findings, 'response_format', value, `one of ${formats.join(', ')}, or left out`)
  return value
}

const temperatureOf = (findings: Findings, value: string | undefined): number | undefined => {
  if (value === undefined || value === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : report(findings, 'temperature', value, 'a number, or left out')
}

const timesIn = (form: ReceivedForm): readonly ('word' | 'segment')[] =>
  form.fields.flatMap(([name, value]) =>
    name.startsWith('timestamp_granularities') && (value === 'word' || value === 'segment') ? [value] : [],
  )

/** Of fields with one name all values. */
const othersIn = (form: ReceivedForm): TranscriptionBody['extensions'] => {
  const rest = new Map<string, string | readonly string[]>()
  for (const [name, value] of form.fields) {
    if (known.has(name)) continue
    const before = rest.get(name)
    rest.set(name, before === undefined ? value : [before, value].flat())
  }
  return rest.size === 0 ? {} : { [id]: Object.fromEntries(rest) }
}

/** `POST /v1/audio/transcriptions` and `/v1/audio/translations`. */
export const decodeRequest =
  (operation: TranscriptionBody['operation'] & Operation) =>
  (form: unknown): Checked<TranscriptionBody> => {
    if (!isForm(form))
      return { ok: false, at: '', why: 'the body is no form; the fields model and file would be right' }
    const findings: Findings = {}
    const field = (name: string): string | undefined => form.fields.findLast(([one]) => one === name)?.[1]
    const target = requiredWord(findings, 'model', field('model'))
    const [file, another] = form.files.filter(({ name }) => name === 'file').map(one => one.file)
    // Which of two is heard, and paid, only the provider would know.
    if (another !== undefined) return { ok: false, at: 'file', why: 'there are two files; one would be right' }
    if (file === undefined) {
      report(findings, 'file', undefined, 'a file with sound')
      return { ok: false, ...(findings.first ?? { why: 'there is no file' }) }
    }
    const temperature = temperatureOf(findings, field('temperature'))
    const timestamps = timesIn(form)
    const [language, prompt] = [field('language'), field('prompt')]
    return checked(findings, {
      operation,
      target,
      file,
      format: formatOf(findings, field('response_format')),
      stream: field('stream') === 'true',
      streamUsage: true,
      ...(language !== undefined && language !== '' && { language }),
      ...(prompt !== undefined && prompt !== '' && { prompt }),
      ...(temperature !== undefined && { temperature }),
      ...(timestamps.length > 0 && { timestamps }),
      extensions: othersIn(form),
    })
  }

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

/** The parts of such a form, in an answer's format of one's choice; the file comes last. */
export const partsOf = (request: TranscriptionBody, model: string, format: string | undefined): readonly FormPart[] => {
  const { language, prompt, temperature, timestamps = [], file, extensions } = request
  const plain: readonly (readonly [string, string | undefined])[] = [
    ['model', model],
    ['language', language],
    ['prompt', prompt],
    ['temperature', temperature === undefined ? undefined : String(temperature)],
    ['response_format', format],
    ...timestamps.map(kind => ['timestamp_granularities[]', kind] as const),
    ...Object.entries(extensions[id] ?? {}).flatMap(([name, all]) =>
      listOf(all).map(one => [name, String(one)] as const),
    ),
  ]
  const fields = plain.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
  return [...fields, { name: 'file', file }]
}
