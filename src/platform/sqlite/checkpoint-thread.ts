/** Runs in a thread of its own: moves what was written from the log into the file, which waits for the disk. */
import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

const database = new Sqlite(String(workerData), { fileMustExist: true })

parentPort?.on('message', () => {
  // Passive: it holds up neither readers nor writers, and leaves to the next time what it cannot move now.
  parentPort?.postMessage(database.pragma('wal_checkpoint(PASSIVE)'))
})
