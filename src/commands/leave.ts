/** A signal that is heard is heard at once. */
const ABORT_MS = 100

type Execve = (file: string, argv: readonly string[], env: object) => never

/**
 * Ends this process although threads of it hang in the kernel, for which Node would wait. Another program in its place
 * ends them and has an exit code of its own; Node has that from 22.15 on, and until then only a signal is left. execve(2),
 * https://nodejs.org/api/process.html#processexecvefile-args-env
 */
export function leave(exitCode: number): void {
  const { execve } = process as { readonly execve?: Execve }
  if (execve !== undefined) execve(process.execPath, [process.execPath, '-e', `process.exit(${exitCode})`], {})
  process.removeAllListeners('SIGTERM')
  // Process 1 of a pid namespace is not ended by its own signals (pid_namespaces(7)), and a seccomp profile may refuse
  // them: an abort ends both.
  setTimeout(() => process.abort(), ABORT_MS)
  try {
    process.kill(process.pid, 'SIGTERM')
  } catch {
    // Refused: see above.
  }
}
