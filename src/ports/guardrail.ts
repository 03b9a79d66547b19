/** Pass, rewrite or block. */
import type { Part } from '../domain/message.ts'

export type Verdict =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'rewrite'; readonly parts: readonly Part[]; readonly why: string }
  | { readonly verdict: 'block'; readonly why: string }
export interface Guardrail {
  readonly name: string
  readonly watches: readonly ('input' | 'output')[]
  inspect(parts: readonly Part[], signal: AbortSignal): Promise<Verdict>
}
