/** Captions: what was heard, with its times, as SubRip and WebVTT write it. */
import type { Json } from '../../domain/json.ts'

const numberIn = (record: Json, name: string): number => {
  const value = record[name]
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}

const padded = (value: number, length: number): string => String(value).padStart(length, '0')

const stamp = (seconds: number, mark: string): string => {
  const all = Math.round(seconds * 1000)
  const [hours, minutes] = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60]
  return `${padded(hours, 2)}:${padded(minutes, 2)}:${padded(Math.floor(all / 1000) % 60, 2)}${mark}${padded(all % 1000, 3)}`
}

const lineOf = (segment: Json, mark: string): string => {
  const { text } = segment
  const times = `${stamp(numberIn(segment, 'start'), mark)} --> ${stamp(numberIn(segment, 'end'), mark)}`
  return `${times}\n${typeof text === 'string' ? text.trim() : ''}\n\n`
}

/** SubRip. */
export const srtOf = (segments: readonly Json[]): string =>
  segments.map((segment, place) => `${place + 1}\n${lineOf(segment, ',')}`).join('')

/** WebVTT. */
export const vttOf = (segments: readonly Json[]): string =>
  `WEBVTT\n\n${segments.map(segment => lineOf(segment, '.')).join('')}`

/** When the last caption ends, in seconds; undefined where none has a time. */
export const endOf = (captions: string): number | undefined => {
  const last = [...captions.matchAll(/-->\s*(?:(\d+):)?(\d\d):(\d\d)[.,](\d{3})/g)].at(-1)
  if (last === undefined) return undefined
  const [, hours = '0', minutes, seconds, rest] = last
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(rest) / 1000
}

/** The words without numbers, times and marks. */
export const wordsIn = (captions: string): string =>
  captions
    .split(/\r?\n/)
    .filter(line => line !== '' && !/^(?:WEBVTT|\d+$|(?:NOTE|STYLE)\b)|-->/.test(line))
    .join(' ')
