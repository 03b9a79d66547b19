/** A record without some of its members. */

/** The same but for these members. */
export const without = <T extends object, Name extends keyof T>(record: T, names: readonly Name[]): Omit<T, Name> => {
  const left: Partial<T> = { ...record }
  for (const name of names) delete left[name]
  return left as Omit<T, Name>
}
