import { parentPort, workerData } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

export interface PasswordCheck {
  readonly password: string
  readonly hash: string
}

/** The thread that checks one password, and ends. */
const { password, hash } = workerData as PasswordCheck
parentPort?.postMessage(compareSync(password, hash))
