/** The admin API from the command line, against a real gateway's face. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataSecret, openAdmin, rootSecret } from '../../../test/admin-house.ts'
import type { OpenedAdmin } from '../../../test/admin-house.ts'
import { start } from '../../../test/command-line.ts'
import type { Ran } from '../../../test/command-line.ts'

let admin: OpenedAdmin
beforeAll(async () => {
  admin = await openAdmin()
})
afterAll(() => admin.close())

const run = (argv: readonly string[], key: string = rootSecret): Promise<Ran> =>
  start(['admin', ...argv, '--url', admin.url], { env: { SIGNALBOX_ADMIN_KEY: key } }).ended

describe('signalbox admin', () => {
  it('makes, lists, changes and revokes a key, whose secret stands alone on a line', async () => {
    const made = await run([
      'keys',
      'create',
      '--set',
      'name=ci',
      '--set',
      'allow.pools=["support"]',
      '--set',
      'duty.role=viewer',
    ])
    expect(made.code, made.err).toBe(0)
    const id = /^id: (key_\w+)$/m.exec(made.out)?.[1] ?? ''
    const secret = /^(sk-sb-admin-[0-9a-f]{64})$/m.exec(made.out)?.[1] ?? ''
    expect((await run(['me'], secret)).out).toContain('duty: {"role":"viewer"}')
    const list = await run(['keys', 'list'])
    expect(list.out).toMatch(new RegExp(`^${id} .*active`, 'm'))
    expect(list.out).not.toContain(secret)
    expect((await run(['keys', 'update', id, '--set', 'name=42'])).err).toContain('name')
    expect((await run(['keys', 'revoke', id])).out).toContain('state: revoked')
    const told = await run(['me'], secret)
    expect([told.code, told.out]).toEqual([1, ''])
  })
  it('takes what is sent from a file, and ids with any letters', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'admin-'))
    const file = join(folder, 'limit.json')
    writeFileSync(file, JSON.stringify({ level: 'team', of: 'filed-team', measure: 'usd', amount: 5, per: 'month' }))
    expect((await run(['limits', 'create', '--data', `@${file}`, '--set', 'amount=7'])).out).toContain('amount: 7')
    const id = 'team:filed-team usd month'
    expect((await run(['limits', 'get', id])).out).toContain('per: month')
    expect((await run(['limits', 'reset', id])).out).toBe('done\n')
    expect((await run(['limits', 'delete', id, '--if-match', '"1"'])).err).toContain('if-match')
    expect((await run(['limits', 'delete', id])).code).toBe(0)
    rmSync(folder, { recursive: true })
  })
  it('reads on where a list goes on, and gives JSON where it is asked to', async () => {
    for (const id of ['a', 'b', 'c']) await run(['teams', 'put', id])
    const first = await run(['teams', '--set', 'limit=2'])
    expect(first.err).toContain('--set after=b')
    const rest = await run(['teams', 'list', '--set', 'after=b', '--json'])
    expect(JSON.parse(rest.out)).toMatchObject({ data: [{ id: 'c' }, { id: 'filed-team' }] })
  })
  it('ends with 1 where the gateway refuses or is not there, and never shows the key', async () => {
    const refused = await run(['keys'], dataSecret)
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('a key for models')])
    expect(refused.err).not.toContain(dataSecret)
    const gone = await start(['admin', 'me', '--url', 'http://127.0.0.1:1'], {
      env: { SIGNALBOX_ADMIN_KEY: rootSecret },
    }).ended
    expect(gone.code).toBe(1)
    expect(gone.err).toContain('cannot be asked')
    expect(gone.err).not.toContain(rootSecret)
  })
  it('ends with 2 where it makes no sense, and says what would', async () => {
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [['key'], 'did you mean'],
      [['keys', 'revok', 'x'], 'revoke'],
      [['keys', 'get'], 'needs the id'],
      [['keys', 'list', 'x'], 'takes no id'],
      [['keys', 'create', '--set', 'x'], 'name=value'],
      [['keys', 'create', '--data', '[]'], 'JSON object'],
      [['keys', 'revoke', 'x', '--data', '{}'], 'takes no body'],
      [['teams', 'put', 'x', '--data', '@/no/such/file'], 'cannot be read'],
    ]
    for (const [argv, says] of wrong) {
      const told = await run(argv)
      expect([told.code, told.err], argv.join(' ')).toEqual([2, expect.stringContaining(says)])
    }
    expect((await run(['me'], '')).err).toContain('SIGNALBOX_ADMIN_KEY')
    const help = await start(['admin', '--help']).ended
    expect(help.out).toContain('keys: list, create, get, update, rotate, revoke')
  })
})
