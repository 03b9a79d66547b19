/** A page that is made by a test and kept beside it, so that a change is seen. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The page of this name as it is kept, '' if it is not. `GOLDEN=write` keeps what is made now; read the difference before you do. */
export const keptPage = (name: string, page: string): string => {
  const file = join(import.meta.dirname, 'golden', `${name}.txt`)
  if (process.env['GOLDEN'] === 'write') writeFileSync(file, page)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
