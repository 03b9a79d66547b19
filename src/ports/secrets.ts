/** Reads a credential by reference. */

export interface Secrets {
  /** The secret behind `${NAME}` or `file:PATH`, or text that is no reference, as it is. Rejects with what was missing, never with a value. */
  read(reference: string): Promise<string>
}
