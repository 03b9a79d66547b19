/** Secrets in a configuration: only by reference, and never shown. */
import { errorAt } from './finding.ts'
import type { Doubt, Path } from './finding.ts'
import { soleReference, variable } from './references.ts'
import type { Environment } from './references.ts'

/** Members that hold a secret: they keep their reference, and are never filled in. */
export const isSecretPath = (path: Path): boolean => {
  const [section, , member, place, last] = path
  if (section === 'keys') return path.length === 3 && member === 'value'
  if (section !== 'providers') return false
  if (path.length === 3 && (member === 'key' || member === 'credentials')) return true
  return member === 'keys' && typeof place === 'number' && last === 'key'
}

/** Beginnings of the keys that providers give out, and of ours, with what follows them. */
const keyText =
  /(?<![A-Za-z0-9])(?:sk-|pk-|gsk_|xai-|r8_|hf_|fw_|nvapi-|pplx-|tgp_|csk-|AIza|AKIA|ASIA|ghp_|glpat-|eyJ)[\w.-]{8,}/
/** Letters and digits mixed without a break, which no name of a model has. */
const mixture = /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}/
const uuid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i
/** A user and a password in front of a host. */
const login = /\/\/[^/\s@]*@/

/** True if the text surely holds a secret: no name of a model or provider looks like it. */
export const isPlainSecret = (text: string): boolean => keyText.test(text)

/** True if the text may be a secret, so that it must not be shown. */
export const looksSecret = (text: string): boolean =>
  [keyText, mixture, uuid, login].some(pattern => pattern.test(text))

const everySecret = [login, keyText, uuid, mixture].map(pattern => new RegExp(pattern.source, `${pattern.flags}g`))

/** Words of others with everything cut out that may be a secret. */
export const withoutSecrets = (text: string): string =>
  everySecret.reduce((shown, pattern) => shown.replace(pattern, '…'), text)

/** How the variable would be called that holds this secret. */
const variableFor = (path: Path): string => {
  const name = String(path[1] ?? 'provider')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
  return `${name.replace(/^(?=\d)/, '_')}${path[0] === 'keys' ? '_KEY' : '_API_KEY'}`
}

const onlyReferences = (path: Path): string =>
  `holds a secret as it is; put it into a variable and write \${${variableFor(path)}}, or into a file and write file:PATH`

/** What others call the variable: `$NAME`, `env:NAME`, `os.environ/NAME`, or the bare name. */
const otherSpelling = /^(?:\$|env[:.]|os\.environ\/|process\.env\.)?([A-Z][A-Z0-9_]{2,})$/

const spelledOtherwise = (text: string): string | undefined => {
  const name = otherSpelling.exec(text)?.[1]
  return name !== undefined && (text !== name || name.includes('_')) ? name : undefined
}

const shortestKey = 20

const doubtAboutVariable = (name: string, path: Path, env: Environment): string | undefined => {
  const value = variable(env, name)
  if (value === undefined) return `the environment variable ${name} is not set`
  const isKey = path[0] === 'keys'
  return isKey && value.trim().length < shortestKey
    ? `the environment variable ${name} has ${value.trim().length} characters; a key has ${shortestKey} or more`
    : undefined
}

const doubtAbout = (text: string, path: Path, env: Environment): string | undefined => {
  const name = soleReference(text)
  if (name !== undefined) return doubtAboutVariable(name, path, env)
  if (text.startsWith('file:')) return text.length > 5 ? undefined : 'names no file; write file:PATH'
  const meant = spelledOtherwise(text)
  if (meant !== undefined) return `names a variable, but is no reference to it; write \${${meant}}`
  if (/\$\{[A-Za-z_]\w*:-/.test(text)) return 'has a default, which a secret cannot have; write ${NAME}'
  if (text.includes('${')) return 'holds more than a reference; write ${NAME} or file:PATH alone'
  // A server of one's own may want any word as its key; a key of this gateway is always a secret.
  return path[0] === 'keys' || looksSecret(text) ? onlyReferences(path) : undefined
}

/** What is wrong with a secret's reference. Its value is never part of the message. */
export const secretDoubts = (text: string, path: Path, env: Environment): readonly Doubt[] => {
  const message = doubtAbout(text, path, env)
  return message === undefined ? [] : [errorAt(path, message)]
}
