import { spawn } from 'node:child_process'

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a program to its end. What it says and how it ended are values; only a program that cannot start throws. */
export function attempt(argv: readonly string[], input = ''): Promise<Outcome> {
  const [program = '', ...rest] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.stdin.on('error', () => {}) // a program that does not read its input is fine
    child.stdin.end(input)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** The same for a program that has to succeed: its output, or an error that quotes it. */
export async function run(argv: readonly string[], input = ''): Promise<string> {
  const outcome = await attempt(argv, input)
  if (outcome.code === 0) return outcome.stdout
  throw new Error(`${argv.join(' ')}\nended with ${outcome.code}:\n${outcome.stderr || outcome.stdout}`)
}
