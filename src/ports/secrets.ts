/** Reads a credential by reference. */

export interface Secrets {
  /**
   * The secret behind `${NAME}`, `file:PATH`, or what a cloud hands out for a while: `aws:default` (JSON), `google:adc`,
   * `azure:default` (tokens). Text that is no reference, as it is. Rejects with what was missing, never with a value.
   */
  read(reference: string): Promise<string>
}
