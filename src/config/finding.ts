/** What a check of a configuration found, and where. */

/** One thing that is wrong or doubtful about a configuration file. */
export interface Finding {
  /** A configuration with an error is not used; a warning may be meant. */
  readonly severity: 'error' | 'warning'
  readonly file: string
  /** Counts from 1. */
  readonly line: number
  /** Counts from 1, in UTF-16 units. */
  readonly column: number
  /** The member that is meant, e.g. `deployments.mini.price`; empty for the whole file. */
  readonly path: string
  readonly message: string
}

/** From the top of a file to one of its members. */
export type Path = readonly (string | number)[]

/** A finding that does not know yet where in the file its member stands. */
export interface Doubt {
  readonly severity: Finding['severity']
  readonly path: Path
  /** What was found and what would be right. */
  readonly message: string
}

export const errorAt = (path: Path, message: string): Doubt => ({ severity: 'error', path, message })
export const warningAt = (path: Path, message: string): Doubt => ({ severity: 'warning', path, message })

/** A path as people read it: `keys.ci.allow.pools[0]`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? part : `${text}.${part}`
  }, '')

/** One finding as a line that editors and terminals can jump to. */
export const findingText = ({ severity, file, line, column, path, message }: Finding): string =>
  `${file}:${line}:${column}: ${severity}: ${path === '' ? '' : `${path}: `}${message}`
