/** The JSON text of a value, as every store keeps it. */

/** `null` for what JSON does not know; throws for what JSON cannot write. */
export const jsonTextOf = (value: unknown): string => JSON.stringify(value) ?? 'null'
