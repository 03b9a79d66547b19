/** What SQLite's errors mean, said with the path of the file. */

const meanings: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'is full: the disk has no room left, or the file has reached its allowed size',
  SQLITE_BUSY: 'is locked: another process is writing and did not finish in time',
  SQLITE_LOCKED: 'is locked: another process is writing and did not finish in time',
  SQLITE_READONLY: 'cannot be written: the file or its folder is read-only',
  SQLITE_CANTOPEN: 'cannot be opened: check that its folder exists and may be written',
  SQLITE_CORRUPT: 'is damaged: restore it from a copy, or move it away to begin anew',
  SQLITE_NOTADB: 'is not an SQLite database: name another file',
  SQLITE_IOERR: 'cannot be read or written: the disk reports an error',
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

/** The error with the path and what to do; errors that are neither SQLite's nor the file system's stay as they are. */
export const explained = (path: string, error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const code = codeOf(error)
  // Extended codes, e.g. SQLITE_IOERR_WRITE, begin with the plain one.
  const plain = code.split('_', 2).join('_')
  if (plain in meanings) return new Error(`the store ${path} ${meanings[plain]} (${code})`, { cause: error })
  if (code.startsWith('SQLITE_'))
    return new Error(`the store ${path} failed: ${error.message} (${code})`, { cause: error })
  if (error instanceof TypeError && error.message.includes('not open')) {
    return new Error(`the store ${path} is closed`, { cause: error })
  }
  // Those of the file system name the folder, not what it was wanted for.
  if ('syscall' in error) return new Error(`the store ${path} cannot be opened: ${error.message}`, { cause: error })
  return error
}

/** Runs work on the database; what it throws comes back as a rejection with the path. */
export type Asked = <T>(work: () => T) => Promise<T>

export const askedOf =
  (path: string): Asked =>
  async work => {
    try {
      return work()
    } catch (error) {
      throw explained(path, error)
    }
  }
