/** The values of a file with their references to the environment filled in. */
import { errorAt } from './finding.ts'
import type { Doubt, Path } from './finding.ts'
import { filledIn } from './references.ts'
import type { Environment } from './references.ts'
import { isPlainSecret, isSecretPath, looksSecret, secretDoubts } from './secrets.ts'
import type { Written } from './written.ts'

/** A text without quotes means the number or truth that it spells, if it spells it as we would. */
const meant = (text: string): unknown => {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return text !== '' && Number.isFinite(number) && String(number) === text ? number : text
}

interface Filling {
  readonly env: Environment
  readonly doubts: Doubt[]
}

/** Headers are where other secrets go; elsewhere only what can be nothing else counts. */
const isMisplaced = (path: Path, text: string): boolean =>
  !text.includes('${') && (path.at(-2) === 'headers' ? looksSecret(text) : isPlainSecret(text))

const textOf = (text: string, plain: boolean, path: Path, { env, doubts }: Filling): unknown => {
  if (isSecretPath(path)) {
    doubts.push(...secretDoubts(text, path, env))
    return text
  }
  if (isMisplaced(path, text)) {
    doubts.push(errorAt(path, 'holds a secret as it is; put it into a variable and write ${NAME} for it'))
  }
  if (!text.includes('${')) return text
  const filled = filledIn(text, env)
  for (const message of filled.wrong) doubts.push(errorAt(path, message))
  return plain ? meant(filled.text) : filled.text
}

const valueOf = (written: Written, path: Path, filling: Filling): unknown => {
  switch (written.kind) {
    case 'list':
      return written.items.map((item, place) => valueOf(item, [...path, place], filling))
    case 'mapping':
      return Object.fromEntries(
        [...written.members].map(([name, member]) => [name, valueOf(member, [...path, name], filling)]),
      )
    case 'scalar':
      return typeof written.value === 'string' ? textOf(written.value, written.plain, path, filling) : written.value
  }
}

/** Plain values, secrets still as references, and what was wrong with references. */
export const filledValue = (
  written: Written,
  env: Environment,
): { readonly value: unknown; readonly doubts: readonly Doubt[] } => {
  const filling: Filling = { env, doubts: [] }
  const value = valueOf(written, [], filling)
  return { value, doubts: filling.doubts }
}
