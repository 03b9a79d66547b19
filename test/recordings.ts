/** Recorded real traffic: one interaction a line, from all sources of the shared data. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { shared } from './shared.ts'

export interface Recording {
  readonly id: string
  readonly provider: string
  readonly surface: string
  readonly stream: boolean
  readonly request: { readonly host: string; readonly path: string; readonly query: string; readonly body: unknown }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: { readonly text?: string; readonly base64?: string }
  }
}

const root = join(shared, 'data/recordings')

/** Every recorded HTTP interaction. */
export function* recordings(): Generator<Recording> {
  for (const source of readdirSync(root).sort()) {
    if (!statSync(join(root, source)).isDirectory()) continue
    for (const file of readdirSync(join(root, source)).sort()) {
      if (!file.endsWith('.jsonl')) continue
      for (const line of readFileSync(join(root, source, file), 'utf8').split('\n')) {
        if (line !== '') yield JSON.parse(line) as Recording
      }
    }
  }
}
