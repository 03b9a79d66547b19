/** The audit log of a configuration's store: what is in it, and whether it is whole. */
import { auditLog } from '../../admin/audit.ts'
import type { AuditLog } from '../../admin/audit.ts'
import type { ToldEntry } from '../../admin/chained.ts'
import type { Anchor } from '../../admin/verify-chain.ts'
import { instantText } from '../../admin/reports.ts'
import { escapeControls } from './escape-controls.ts'
import { withStore } from './kept-store.ts'
import type { OpenStore } from './kept-store.ts'
import { CommandError, exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

export interface AuditOptions {
  readonly config?: string
  readonly json?: boolean
}
export interface AuditListOptions extends AuditOptions {
  /** Only the newest so many. */
  readonly last?: number
  readonly after?: string
}
export interface AuditVerifyOptions extends AuditOptions {
  /** `SEQUENCE:HASH`, as an earlier run told it. */
  readonly noted?: string
}

const anchorOf = (noted: string | undefined): Anchor | undefined => {
  if (noted === undefined) return undefined
  const found = /^(\d{1,12}):([0-9a-f]{64})$/.exec(noted)
  if (found !== null) return { sequence: Number(found[1]), hash: found[2] ?? '' }
  throw new CommandError('--noted: the number and digest that an earlier run told would be right, such as 42:6f1e…')
}

/** Walks the chain. Exit 1 at the first break. */
export const verifyAudit = async (
  options: AuditVerifyOptions,
  terminal: Terminal,
  open: OpenStore,
): Promise<number> => {
  const anchor = anchorOf(options.noted)
  return withStore(options.config, terminal, open, async store => {
    const found = await auditLog(store).verify(anchor)
    if (options.json === true) terminal.out(JSON.stringify(found, undefined, 2))
    else if (found.whole) {
      terminal.out(`the audit log is whole: ${found.entries} ${found.entries === 1 ? 'entry' : 'entries'}`)
      if (found.entries > 0) {
        terminal.out(`note this elsewhere, for --noted: ${found.head.sequence}:${found.head.hash}`)
      }
    } else {
      const { kind, sequence, why } = found.break
      terminal.out(`the audit log is broken at entry ${sequence} (${kind}): ${escapeControls(why)}`)
      terminal.out(`${found.entries} ${found.entries === 1 ? 'entry' : 'entries'} before it: whole`)
    }
    return found.whole ? exits.good : exits.finding
  })
}

const json = (value: unknown): string => escapeControls(JSON.stringify(value))

const whoText = ({ key, user, role, address }: ToldEntry['who']): string => {
  const who = [user, key !== undefined && `key ${key}`, role, address !== undefined && `from ${address}`]
  return who.filter(one => typeof one === 'string').join(', ') || 'nobody known'
}

/** On one line, whatever is in it. */
const lineOf = (entry: ToldEntry): string => {
  const { sequence, at, who, action, object, before, after, refused, request } = entry
  const parts = [
    `${sequence} ${instantText(at)} ${escapeControls(action)} ${escapeControls(object)}`,
    `by ${escapeControls(whoText(who))}`,
    refused === undefined ? undefined : `refused: ${escapeControls(String(refused))}`,
    before === undefined ? undefined : `before ${json(before)}`,
    after === undefined ? undefined : `after ${json(after)}`,
    request === undefined ? undefined : `request ${escapeControls(String(request))}`,
  ]
  return parts.filter(part => part !== undefined).join(' | ')
}

const pageSize = 200

async function* entriesOf(log: AuditLog, from: string | undefined): AsyncGenerator<ToldEntry> {
  let after = from
  for (;;) {
    const page = await log.read(after, pageSize)
    for (const { entry } of page) yield entry
    const last = page.at(-1)?.cursor
    if (last === undefined || page.length < pageSize) return
    after = last
  }
}

const startOf = async (log: AuditLog, { last, after }: AuditListOptions): Promise<string | undefined> => {
  if (after !== undefined && !/^\d{1,12}$/.test(after))
    throw new CommandError('--after: the number of an entry would be right')
  if (last === undefined) return after
  const { sequence } = await log.head()
  return String(Math.max(sequence - last, Number(after ?? 0)))
}

/** Tells the entries in order, each on one line. */
export const listAudit = (options: AuditListOptions, terminal: Terminal, open: OpenStore): Promise<number> =>
  withStore(options.config, terminal, open, async store => {
    const log = auditLog(store)
    for await (const entry of entriesOf(log, await startOf(log, options))) {
      terminal.out(options.json === true ? JSON.stringify(entry) : lineOf(entry))
    }
    return exits.good
  })
