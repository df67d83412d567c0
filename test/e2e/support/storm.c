/*
 * What hostile processes do, one kind a call: storm chain|threads|liars|argv|bomb|short|reuse [N] …
 * All but the last begin when there is a file /go. It is meant for a container, whose end is the end of all that it starts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self = "/proc/self/exe";

static void rest(void) {
  for (;;) pause();
}

/* Becomes this program anew, with any argv and comm; it then rests, or writes over its argv for ever. */
static void become(char *const argv[], const char *then, const char *comm) {
  char act[64], name[64];
  snprintf(act, sizeof act, "STORM=%s", then);
  snprintf(name, sizeof name, "COMM=%s", comm);
  char *env[] = {act, name, NULL};
  execve(self, argv, env);
  _exit(3);
}

static void rewrite(char **argv, int argc) {
  char *end = argv[argc - 1] + strlen(argv[argc - 1]);
  for (unsigned round = 0;; round++) {
    for (char *at = argv[0]; at < end; at++) *at = (char)(round + (unsigned)(at - argv[0]) * 7);
    if (round % 64 == 0) usleep(1000);
  }
}

/* Every byte but NUL and = in names of 14, then what terminals, browsers and parsers stumble over. */
static void liars(const char *id) {
  for (int first = 1; first < 256; first += 14) {
    char name[16] = {0};
    for (int at = 0; at < 14 && first + at < 256; at++) name[at] = (char)(first + at);
    if (fork() == 0) become((char *[]){name, name, "", name, NULL}, "rest", name);
  }
  static const char *const words[] = {
      "\x1b]0;owned\x07\x1b[2J\x1b[31m", "\xe2\x80\xaegnp.exe", "\xed\xa0\x80\xed\xb0\x80", "\xf0\x9f\x92\xa9\xff\xfe",
      "a) S 1 1 1 (b", "\n0::/kubepods/pod1\n", "<script>alert(1)</script>", "\"} 1\n# TYPE x counter", "\r\n\r\nHTTP/1.1 200",
  };
  for (size_t at = 0; at < sizeof words / sizeof *words; at++)
    if (fork() == 0) become((char *[]){(char *)words[at], (char *)words[at], NULL}, "rest", words[at]);
  if (fork() == 0)
    become((char *[]){"/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", (char *)id, "-address",
                      "/run/containerd/containerd.sock", NULL},
           "rest", "containerd-shim");
  if (fork() == 0) become((char *[]){"/opt/containerd", NULL}, "rest", "containerd");
  for (int many = 0; many < 4; many++)
    if (fork() == 0)
      become((char *[]){"/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id ", (char *)id, NULL}, "rewrite", "shim");
}

/* Fifteen arguments of nearly the 128 KiB that one may have: 2 MiB are the most of all. execve(2) */
static void longest(void) {
  static char piece[131000];
  memset(piece, 'x', sizeof piece - 1);
  char *argv[17] = {"/bin/longest"};
  for (int at = 1; at < 16; at++) argv[at] = piece;
  become(argv, "rest", "longest");
}

static void *nothing(void *given) {
  rest();
  return given;
}

static void threads(int count) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 16384);
  for (pthread_t thread; count > 1; count--)
    if (pthread_create(&thread, &small, nothing, NULL) != 0) break;
}

/*
 * Each is the child of the one before, and a program of its own: of who only forks, the kernel keeps the memory of every
 * ancestor in mind, so that the next fork takes longer with each. mm/rmap.c, anon_vma_clone
 */
static void chain(int depth) {
  if (depth <= 1 || fork() != 0) return;
  char left[16];
  snprintf(left, sizeof left, "%d", depth - 1);
  execl(self, "storm", "chain", left, NULL);
  _exit(3);
}

/* Until it is told to begin, by a file: who starts it may set limits first. */
static void await_start(void) {
  while (access("/go", F_OK) != 0) usleep(10000);
}

/* Everybody forks, as often as he may. */
static void bomb(void) {
  signal(SIGCHLD, SIG_IGN);
  const pid_t first = getpid();
  for (;;) {
    pid_t child = fork();
    if (child < 0) usleep(50000);
    if (child == 0 && getpid() % 5 == 0) _exit(0);
    if (getpid() != first && rand() % 16 == 0) _exit(0);
  }
}

/* So many that live for a moment, four at a time; every tenth becomes another program. */
static void fleeting(int count) {
  for (int worker = 0; worker < 4; worker++) {
    if (fork() != 0) continue;
    for (int at = 0; at < count / 4; at++) {
      pid_t child = fork();
      if (child == 0 && at % 10 == 0) execl("/bin/true", "true", NULL);
      if (child == 0) _exit(0);
      if (child > 0) waitpid(child, NULL, 0);
    }
    _exit(0);
  }
  while (wait(NULL) > 0 || errno == EINTR) continue;
  _exit(0);
}

/* Another program with this pid: the kernel gives the one behind the last. pid_namespaces(7), ns_last_pid */
static int reuse(int pid) {
  for (int tries = 0; tries < 500; tries++) {
    FILE *last = fopen("/proc/sys/kernel/ns_last_pid", "w");
    if (last == NULL) return 1;
    fprintf(last, "%d", pid - 1);
    fclose(last);
    pid_t child = fork();
    if (child == 0) {
      if (getpid() != pid) _exit(1);
      setsid();
      for (int fd = 0; fd < 3; fd++) close(fd);
      become((char *[]){"/usr/bin/newcomer", NULL}, "rest", "newcomer");
    }
    if (child == pid) return 0;
    waitpid(child, NULL, 0);
  }
  return 1;
}

int main(int argc, char **argv) {
  const char *then = getenv("STORM");
  if (then != NULL) {
    prctl(PR_SET_NAME, getenv("COMM"));
    if (strcmp(then, "rewrite") == 0) rewrite(argv, argc);
    rest();
  }
  const char *what = argc > 1 ? argv[1] : "";
  const int count = argc > 2 ? atoi(argv[2]) : 0;
  if (strcmp(what, "reuse") == 0) return reuse(count);
  await_start();
  if (strcmp(what, "chain") == 0) chain(count);
  else if (strcmp(what, "threads") == 0) threads(count);
  else if (strcmp(what, "liars") == 0) liars(argc > 2 ? argv[2] : "");
  else if (strcmp(what, "argv") == 0) longest();
  else if (strcmp(what, "bomb") == 0) bomb();
  else if (strcmp(what, "short") == 0) fleeting(count);
  else return 2;
  rest();
}
