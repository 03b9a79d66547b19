/** JSON that others wrote: an object of it, and how to tell one. */

/** An object of JSON: its members, of which nothing is known. */
export type Json = Readonly<Record<string, unknown>>

/** True for an object that is no list. */
export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
