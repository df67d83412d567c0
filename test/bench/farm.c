// A node full of pods that do nothing: for each pod a shim with a few threads, its sandbox, its container and the
// workers of that. One static program under many names, since a process is recognized by what it was started as:
//
//   farm PODS               starts one shim for each line of the file PODS, waits until all are up, and leaves them to init
//   containerd              listens, and on SIGUSR1 connects to every shim, as it does to track them
//   containerd-shim-runc-v2 listens, starts its containers in their cgroups and writes their init.pid
//   kubelet, pause, app     sleep; app forks its workers first, and replaces one of them for each SIGUSR1
//   farm init COMMAND…      process 1 of the world: runs the command, reaps everybody, and ends as the command ends, and
//                           everybody with it, also where it is not process 1 but adopts who is left behind
//
// A line of PODS: SANDBOX-ID CONTAINER-ID CGROUP-OF-THE-POD SOCKET. Readiness is a byte on descriptor 3.
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUNDLES "/run/containerd/io.containerd.runtime.v2.task/k8s.io"
#define SOCKETS "/run/containerd/s"
#define ADDRESS "/run/containerd/containerd.sock"
#define READY 3
#define THREADS 5

extern char **environ;
static char stacks[8][4096] __attribute__((aligned(16)));

static void sleep_for_ever(void) {
  for (;;) pause();
}

static int thread(void *unused) {
  (void)unused;
  sleep_for_ever();
  return 0;
}

/** Threads without a library: each costs one page of stack. */
static void start_threads(int count) {
  int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  for (int i = 0; i < count; i++)
    if (clone(thread, stacks[i] + sizeof stacks[i], flags, NULL) < 0) err(1, "clone");
}

/** Says so, and lets go of what was inherited. */
static void ready(void) {
  if (write(READY, "", 1) != 1) err(1, "ready");
  close(READY);
  dup2(STDIN_FILENO, STDERR_FILENO);
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) err(1, "%s", path);
  close(fd);
}

static struct sockaddr_un at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) errx(1, "too long: %s", path);
  strcpy(address.sun_path, path);
  return address;
}

static int listen_at(const char *path) {
  struct sockaddr_un address = at(path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 64)) err(1, "listen at %s", path);
  return fd;
}

static void become_small(void) {
  struct rlimit most = {1 << 20, 1 << 20};
  setrlimit(RLIMIT_NOFILE, &most);
  int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  if (null > STDERR_FILENO) close(null);
}

/** Starts a container's first process in its cgroups. vfork: nothing of this process is copied. */
static pid_t start_container(char *const argv[], const char *program, const char *pod_cgroup, const char *id) {
  const char *roots = getenv("FARM_CGROUPS");
  pid_t pid = vfork();
  if (pid < 0) err(1, "vfork");
  if (pid == 0) {
    setsid();
    for (const char *root = roots; root && *root;) {
      size_t length = strcspn(root, ":");
      char path[512];
      snprintf(path, sizeof path, "%.*s%s/%s/cgroup.procs", (int)length, root, pod_cgroup, id);
      int fd = open(path, O_WRONLY | O_CLOEXEC);
      if (fd < 0 || write(fd, "0", 1) != 1) err(1, "%s", path);
      close(fd);
      root += length + (root[length] == ':');
    }
    char *const bare[] = {"PATH=/usr/bin", NULL};
    close(READY);
    fcntl(STDERR_FILENO, F_SETFD, FD_CLOEXEC);
    execve(program, argv, bare);
    err(1, "%s", program);
  }
  char path[512], text[16];
  snprintf(path, sizeof path, BUNDLES "/%s/init.pid", id);
  snprintf(text, sizeof text, "%d", pid);
  write_file(path, text);
  return pid;
}

static pid_t start_worker(void) {
  pid_t pid = fork();
  if (pid < 0) err(1, "fork");
  if (pid == 0) sleep_for_ever();
  return pid;
}

static void app(int count) {
  static pid_t workers[1024];
  if (count > 1024) errx(1, "%d workers are too many", count);
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  sigprocmask(SIG_BLOCK, &wanted, NULL);
  for (int i = 0; i < count; i++) workers[i] = start_worker();
  for (int oldest = 0;; oldest = (oldest + 1) % count) {
    int signal;
    sigwait(&wanted, &signal);
    if (count == 0) sleep_for_ever();
    kill(workers[oldest], SIGKILL);
    waitpid(workers[oldest], NULL, 0);
    workers[oldest] = start_worker();
  }
}

static void awake(int signal) {
  (void)signal;
}

/** Whoever is killed leaves its children to this process. */
static void end_all(void) {
  for (int killed = 1; killed > 0;) {
    FILE *children = fopen("/proc/thread-self/children", "re");
    if (!children) err(1, "/proc/thread-self/children");
    killed = 0;
    for (int child; fscanf(children, "%d", &child) == 1; killed++) kill(child, SIGKILL);
    fclose(children);
    for (int ended = 0; ended < killed; ended++) wait(NULL);
  }
}

static int init(char **command) {
  // Without SA_RESTART: what asks it to end is to end its waiting.
  struct sigaction asked = {.sa_handler = awake};
  sigaction(SIGTERM, &asked, NULL);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) err(1, "prctl");
  pid_t pid = fork();
  if (pid < 0) err(1, "fork");
  if (pid == 0) {
    execvp(command[0], command);
    err(127, "%s", command[0]);
  }
  for (;;) {
    int status;
    pid_t ended = wait(&status);
    if (ended != pid && ended >= 0) continue;
    if (getpid() != 1) end_all();
    return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
}

static void shim(const char *sandbox) {
  char *pod = getenv("FARM_POD"), container[80], cgroup[256], socket_path[108];
  if (!pod || sscanf(pod, "%79s %255s %107s", container, cgroup, socket_path) != 3) errx(1, "FARM_POD");
  int listener = listen_at(socket_path);
  start_container((char *[]){"/pause", NULL}, "/run/farm/pause", cgroup, sandbox);
  start_container((char *[]){"/usr/bin/app", "--listen=127.0.0.1:8080", "--workers", getenv("FARM_WORKERS"), NULL}, "/run/farm/app", cgroup, container);
  start_threads(THREADS);
  ready();
  for (;;)
    if (accept(listener, NULL, NULL) < 0 && errno != EINTR) err(1, "accept");
}

static void containerd(void) {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  sigprocmask(SIG_BLOCK, &wanted, NULL);
  listen_at(ADDRESS);
  listen_at(ADDRESS ".ttrpc");
  start_threads(8);
  if (write(READY, "", 1) != 1) err(1, "ready");
  int signal;
  sigwait(&wanted, &signal);
  DIR *sockets = opendir(SOCKETS);
  if (!sockets) err(1, SOCKETS);
  for (struct dirent *entry; (entry = readdir(sockets));) {
    if (entry->d_name[0] == '.') continue;
    char path[108];
    snprintf(path, sizeof path, SOCKETS "/%.70s", entry->d_name);
    struct sockaddr_un address = at(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) err(1, "connect to %s", path);
  }
  closedir(sockets);
  ready();
  sleep_for_ever();
}

static pid_t start(const char *program, char *const argv[], char *const environment[], const char *directory) {
  pid_t pid = vfork();
  if (pid < 0) err(1, "vfork");
  if (pid == 0) {
    setpgid(0, 0);
    if (chdir(directory)) err(1, "%s", directory);
    execve(program, argv, environment);
    err(1, "%s", program);
  }
  return pid;
}

static void await(int fd, long count) {
  char bytes[512];
  while (count > 0) {
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got <= 0) errx(1, "%ld processes did not come up", count);
    count -= got;
  }
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/');
  name = name ? name + 1 : argv[0];
  if (!strcmp(name, "app")) app(argc > 3 ? atoi(argv[3]) : 0);
  if (!strcmp(name, "pause")) sleep_for_ever();
  if (!strcmp(name, "kubelet")) become_small(), start_threads(8), ready(), sleep_for_ever();
  if (!strcmp(name, "containerd")) become_small(), containerd();
  if (!strcmp(name, "containerd-shim-runc-v2")) {
    become_small();
    shim(argc > 4 ? argv[4] : "");
  }

  if (argc > 2 && !strcmp(argv[1], "init")) return init(argv + 2);

  setenv("FARM_WORKERS", "1", 0);
  int pipes[2];
  if (pipe2(pipes, O_CLOEXEC)) err(1, "pipe");
  int answers = fcntl(pipes[0], F_DUPFD_CLOEXEC, READY + 1), ready_end = fcntl(pipes[1], F_DUPFD_CLOEXEC, READY + 1);
  close(pipes[0]), close(pipes[1]);
  if (answers < 0 || dup2(ready_end, READY) < 0) err(1, "descriptor %d", READY);
  FILE *pods = argc == 2 ? fopen(argv[1], "re") : NULL;
  if (!pods) err(2, "usage: farm PODS");

  pid_t daemon = start("/run/farm/containerd", (char *[]){"/usr/bin/containerd", NULL}, environ, "/");
  start("/run/farm/kubelet", (char *[]){"/usr/bin/kubelet", "--container-runtime-endpoint=unix://" ADDRESS, NULL}, environ, "/");
  await(answers, 2);

  char sandbox[80], rest[512];
  while (fscanf(pods, "%79s %511[^\n]", sandbox, rest) == 2) {
    char bundle[256], pod[540], *roots = getenv("FARM_CGROUPS"), cgroups[1024], workers[40];
    snprintf(bundle, sizeof bundle, BUNDLES "/%s", sandbox);
    snprintf(pod, sizeof pod, "FARM_POD=%s", rest);
    snprintf(cgroups, sizeof cgroups, "FARM_CGROUPS=%s", roots ? roots : "");
    snprintf(workers, sizeof workers, "FARM_WORKERS=%s", getenv("FARM_WORKERS"));
    char *const arguments[] = {"/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-id", sandbox, "-address", ADDRESS, NULL};
    start("/run/farm/containerd-shim-runc-v2", arguments, (char *[]){pod, cgroups, workers, NULL}, bundle);
    await(answers, 1);
  }
  kill(daemon, SIGUSR1);
  await(answers, 1);
  return 0;
}
