/** What of one cell is not as it must be, whatever the fault; and the line by which it is kept. */
import type { SettledRecord } from '../../../src/domain/gateway-event.ts'
import { firstWords, spareWords } from './answers.ts'
import type { Got } from './ask.ts'
import { mostAttempts } from './cells.ts'
import type { Cell } from './cells.ts'

/** All that is known of a cell after its request. */
export interface Known {
  readonly cell: Cell
  readonly got: Got
  readonly record: SettledRecord
  /** How many requests its candidates got. */
  readonly asked: { readonly first: number; readonly spare: number }
}

const whole = { first: firstWords.join(''), spare: spareWords.join('') }
const callOf = (name: string): string => `${name}{"city":"Paris"}`

/** Whose answer it is, and how much of it. */
export const heardOf = ({ cell: { isCall }, got: { text, calls } }: Pick<Known, 'cell' | 'got'>): string => {
  if (text === '' && calls.length === 0) return 'nothing'
  if (isCall && calls.length === 1) {
    const [call = ''] = calls
    if (call === callOf('look_up')) return 'first'
    if (call === callOf('spare_one')) return 'spare'
    return callOf('look_up').startsWith(call) ? 'some of first' : `a call of ${call}`
  }
  if (calls.length > 0) return `calls ${calls.join(' and ')}`
  if (text === whole.first) return 'first'
  if (text === whole.spare) return 'spare'
  // An endless one says its second word again and again.
  const isSome = whole.first.startsWith(text) || /^Alpha (?:bravo )+$/.test(text)
  return isSome ? 'some of first' : `a text of ${text}`
}

const namedBy = (by: string): string => by.slice(0, by.indexOf('.'))

const isShownOf = (heard: string): boolean => heard === 'some of first' || heard === 'first'

/** How it must look by its fate. */
const faultsOfFate = ({ cell, got, record }: Known): readonly (string | false)[] => {
  const { fate, isHelped } = cell
  const heard = heardOf({ cell, got })
  const isError = got.hasError && got.status >= 400 && heard === 'nothing'
  const attempts = record.attempts.length
  switch (fate) {
    case 'rescued':
      if (!isHelped) return [!isError && `${got.status} and ${heard} where there is nobody to answer`]
      return [
        heard !== 'spare' && `${heard} instead of the other's answer`,
        !(got.status === 200 && got.isWhole) && `status ${got.status}, ${got.isWhole ? 'whole' : 'not whole'}`,
      ]
    case 'broken':
      return [
        !(isShownOf(heard) || (cell.isCall && heard === 'nothing')) && `${heard} of an answer that broke`,
        !(got.hasError && (got.status === 200 || heard === 'nothing')) &&
          `status ${got.status} without an error at its end`,
        attempts !== 1 && `${attempts} attempts`,
      ]
    case 'own':
      return [
        !(isError && got.status < 500) && `status ${got.status} and ${heard} for the caller's own mistake`,
        attempts !== 1 && `${attempts} attempts`,
      ]
    case 'served':
      return [
        heard !== 'first' && `${heard} of a good answer`,
        !got.isWhole && 'not whole',
        attempts !== 1 && `${attempts} attempts`,
      ]
  }
}

/** What holds of every cell. */
const faultsOfAll = ({ cell, got, record, asked }: Known): readonly (string | false)[] => {
  const heard = heardOf({ cell, got })
  const { attempts, failure, cost } = record
  const sent = attempts.filter(one => one.url !== undefined).length
  const paid = attempts.reduce((sum, one) => sum + (one.cost?.amount ?? 0), 0)
  const isShown = heard !== 'nothing'
  return [
    got.lost !== undefined && `lost: ${got.lost}`,
    ...got.breaches.map(one => `schema: ${one}`),
    got.isWhole && !(heard === 'first' || heard === 'spare') && `a clean end of ${heard}`,
    got.isWhole === got.hasError && 'neither whole nor an error, or both',
    got.isWhole !== (failure === undefined) && `recorded as ${failure?.kind ?? 'good'}`,
    got.starts > 1 && `${got.starts} beginnings`,
    // Google's own answers tell their reason for the end with several pieces at times.
    got.ends > 1 && cell.way.tongue !== 'gemini' && `${got.ends} ends`,
    got.hasError && got.code !== failure?.kind && `the client is told ${got.code}, recorded is ${failure?.kind}`,
    attempts.length > mostAttempts && `${attempts.length} attempts`,
    asked.first + asked.spare > sent * (cell.fault.isStale ? 2 : 1) &&
      `${asked.first + asked.spare} requests of ${sent} attempts`,
    attempts.filter(one => one.committed).length > 1 && 'more than one was shown',
    ...attempts.map(
      (one, at) => one.trigger !== attempts[at - 1]?.failure?.kind && `attempt ${at} was made for ${one.trigger}`,
    ),
    ...attempts.map(
      (one, at) => at < attempts.length - 1 && one.failure === undefined && `attempt ${at} had not failed`,
    ),
    paid !== cost.amount && `${cost.amount} is charged for ${paid}`,
    isShown && cost.amount <= 0 && 'nothing is charged for what was shown',
    isShown && !heard.endsWith(namedBy(got.by)) && `${got.by} is named for ${heard}`,
    got.status === 200 && got.attempts !== attempts.length && `${got.attempts} attempts are told of ${attempts.length}`,
    ...attempts.map(({ failure: why, cost: of, size }) => {
      const isTold = (why?.upstream?.status ?? 0) >= 400 && size === 0
      return isTold && (of?.amount ?? 0) > 0 && 'charged for an error that was told'
    }),
  ]
}

/** What is wrong with it, in words; empty if nothing is. */
export const wrongsOf = (known: Known): readonly string[] =>
  [...faultsOfFate(known), ...faultsOfAll(known)].filter(one => one !== false)

const endOf = (got: Got): string => {
  if (got.lost !== undefined) return `lost: ${got.lost}`
  if (!got.hasError) return ''
  return `${got.status === 200 ? ', then ' : ' '}${got.code}${got.type === undefined ? '' : ` (${got.type})`}`
}
const attemptOf = ({ candidate, kind, failure }: SettledRecord['attempts'][number]): string => {
  const who = candidate.startsWith('s-') ? 'other' : 'first'
  return `${who}${kind === 'primary' ? '' : ` (${kind})`}: ${failure?.kind ?? 'good'}`
}

/** What came of it, in words, whoever's fault it was. */
export const tellingOf = (known: Known): readonly string[] => {
  const { cell, got, record } = known
  const heard = heardOf(known)
  const seen = heard === 'nothing' ? `${got.status}` : `${got.status} ${heard.replace('spare', 'other')}`
  return [
    cell.fault.name,
    cell.way.streamed ? 'streamed' : 'whole',
    cell.isHelped ? 'two' : 'one',
    `${seen}${endOf(got)}`,
    `${record.attempts.map(attemptOf).join(', ')}; ${record.cost.amount > 0 ? record.cost.source : 'nothing'}`,
  ]
}
