/*
 * Stands in for PROGRAM: becomes it, with the same arguments, and is stopped before its first instruction.
 * A process cannot do that to itself, and who watches for it from outside may be too late; so a descendant traces it up to
 * execve(2), leaves it a SIGSTOP, lets go and ends. ptrace(2), PTRACE_EVENT_EXEC
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void stop_at_exec(pid_t pid, int attached) {
  if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXEC) != 0) _exit(1);
  if (write(attached, "", 1) != 1) _exit(1);
  int status;
  for (;;) { /* what else stops it on the way is a signal, such as its child's SIGCHLD: it gets it */
    if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) _exit(1);
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) break;
    ptrace(PTRACE_CONT, pid, 0, WSTOPSIG(status));
  }
  kill(pid, SIGSTOP);
  _exit(ptrace(PTRACE_DETACH, pid, 0, 0) != 0);
}

int main(int argc, char *argv[]) {
  (void)argc;
  int attached[2];
  if (pipe(attached) != 0) return 125;
  const pid_t self = getpid();
  const pid_t parent = fork();
  if (parent == 0) { /* its child is nobody's child here: who is stopped has none, as the real one */
    if (fork() == 0) stop_at_exec(self, attached[1]);
    _exit(0);
  }
  close(attached[1]);
  char byte;
  if (parent < 0 || waitpid(parent, NULL, 0) != parent || read(attached[0], &byte, 1) != 1) return 125;
  close(attached[0]);
  argv[0] = PROGRAM;
  execv(PROGRAM, argv);
  return 127;
}
