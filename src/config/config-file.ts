/** Reads a configuration from a file; what goes wrong with the file is a finding too. */
import { open } from 'node:fs/promises'
import { largestFile } from './document.ts'
import { readConfig } from './load.ts'
import type { Loaded, LoadOptions } from './load.ts'

/** What a file holds, or why it could not be read. */
export type FileText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string }

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this process may not read it',
  EISDIR: 'it is a directory, not a file',
  ENOTDIR: 'a part of its path is no directory',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is no UTF-8 text',
  ELOOP: 'its links lead in a circle',
}

const reasonFor = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? (error instanceof Error ? error.message : String(error))
}

/** Four bytes are the most that one character of a file takes. */
const mostBytes = largestFile * 4

const readBytes = async (path: string): Promise<Uint8Array | undefined> => {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    return size > mostBytes ? undefined : await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** The text of a file. Never rejects. */
export const readText = async (path: string): Promise<FileText> => {
  try {
    const bytes = await readBytes(path)
    if (bytes === undefined)
      return { ok: false, why: `it is too large; ${largestFile} characters are the most that is read` }
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    // Whatever went wrong, there is no text, and the caller tells why.
    return { ok: false, why: reasonFor(error) }
  }
}

/** The configuration in a text that was read from a file, or why there is none. */
export const loadedFrom = (read: FileText, options: LoadOptions): Loaded => {
  if (read.ok) return readConfig(read.text, options)
  const message = `cannot be read: ${read.why}`
  return { ok: false, findings: [{ severity: 'error', file: options.file, line: 1, column: 1, path: '', message }] }
}

/** The configuration in the file at `path`. Never rejects. */
export const readConfigFile = async (
  path: string,
  options: Omit<LoadOptions, 'file'> & { readonly file?: string },
): Promise<Loaded> => loadedFrom(await readText(path), { ...options, file: options.file ?? path })
