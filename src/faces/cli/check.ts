/** Is this configuration sound: what is wrong, what contradicts, what can never take effect. */
import { builtInPolicy } from '../../config/defaults.ts'
import { findingText } from '../../config/finding.ts'
import { readSettings, readText } from './settings-file.ts'
import { exits } from './terminal.ts'
import type { Terminal } from './terminal.ts'

const count = (amount: number, what: string): string => `${amount} ${what}${amount === 1 ? '' : 's'}`

/** Reads and checks; calls nobody. */
export const check = async (
  path: string,
  options: { readonly json?: boolean },
  terminal: Terminal,
): Promise<number> => {
  const { settings, findings } = readSettings(await readText(path, 'configuration'), path, terminal.env)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const sound = settings !== undefined && errors === 0
  if (options.json === true) terminal.out(JSON.stringify({ file: path, sound, findings }, undefined, 2))
  else {
    for (const finding of findings) terminal.out(findingText(finding))
    const had = `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`
    const { pools, deployments, policies, providers } = settings ?? {
      pools: [],
      deployments: [],
      policies: [],
      providers: [],
    }
    // The built-in one is nobody's own.
    const own = policies.filter(one => one !== builtInPolicy)
    const has = `${count(providers.length, 'provider')}, ${count(deployments.length, 'deployment')}, ${count(pools.length, 'pool')}, ${own.length === 1 ? '1 policy' : `${own.length} policies`}`
    terminal.out(sound ? `${path} is sound: ${has}; ${had}` : `${path} is not sound: ${had}`)
  }
  return sound ? exits.good : exits.finding
}
