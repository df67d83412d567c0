// The floor: what reading costs when nothing else is done. Two jobs, each done again for every line on stdin, and
// answered with `USER_US SYSTEM_US WALL_US READINGS FAILURES`:
//
//   floor list FILE           reads what a pass of ours read, in its order: lines `OPERATION PATH`
//                             r: open, one read, close · w: open, read to the end, close · l: readlink · f: stat · d: getdents
//   floor scan NAME,NAME,…    lists /proc and reads those files of every process
//
// Nothing is parsed, kept or allocated while it runs.
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char buffer[256 * 1024];
static long readings, failures;

static void count(int well) {
  readings++;
  failures += !well;
}

static void read_file(const char *path, int whole) {
  int fd = open(path, whole ? O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY : O_RDONLY);
  if (fd < 0) return count(0);
  ssize_t got;
  do got = read(fd, buffer, sizeof buffer);
  while (whole && got > 0);
  count(got >= 0);
  close(fd);
}

static void list_directory(const char *path, void (*each)(const char *name)) {
  int fd = open(path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return count(0);
  // Its own buffer: `each` reads files meanwhile.
  static char entries[32 * 1024];
  for (long got; (got = syscall(SYS_getdents64, fd, entries, sizeof entries)) > 0;) {
    struct dirent64 *entry;
    for (char *at = entries; each && at < entries + got; at += entry->d_reclen) {
      entry = (struct dirent64 *)at;
      each(entry->d_name);
    }
  }
  count(1);
  close(fd);
}

static char **lines;
static long line_count;

static void load(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) err(2, "%s", path);
  char *line = NULL;
  size_t size = 0;
  for (ssize_t length; (length = getline(&line, &size, file)) > 0;) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    lines = realloc(lines, (line_count + 1) * sizeof *lines);
    lines[line_count++] = strdup(line);
  }
  fclose(file);
}

static void read_list(void) {
  struct stat facts;
  for (long i = 0; i < line_count; i++) {
    const char *path = lines[i] + 2;
    switch (lines[i][0]) {
      case 'r': read_file(path, 0); break;
      case 'w': read_file(path, 1); break;
      case 'l': count(readlink(path, buffer, sizeof buffer) >= 0); break;
      case 'f': count(stat(path, &facts) == 0); break;
      case 'd': list_directory(path, NULL); break;
      default: errx(2, "line %ld: %s", i + 1, lines[i]);
    }
  }
}

static char *names[16];

static void scan_process(const char *pid) {
  if (*pid < '1' || *pid > '9') return;
  char path[128];
  for (char **name = names; *name; name++) {
    snprintf(path, sizeof path, "/proc/%s/%s", pid, *name);
    read_file(path, 0);
  }
}

static void scan(void) {
  list_directory("/proc", scan_process);
}

static long us(struct timeval time) {
  return time.tv_sec * 1000000L + time.tv_usec;
}

int main(int argc, char **argv) {
  if (argc != 3) errx(2, "usage: floor list FILE | floor scan NAME,NAME,…");
  int listed = !strcmp(argv[1], "list");
  if (listed) load(argv[2]);
  else {
    int count = 0;
    for (char *name = strtok(argv[2], ","); name && count < 15; name = strtok(NULL, ",")) names[count++] = name;
  }
  while (fgets(buffer, sizeof buffer, stdin)) {
    struct rusage before, after;
    struct timespec begun, ended;
    readings = failures = 0;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    getrusage(RUSAGE_SELF, &before);
    if (listed) read_list();
    else scan();
    getrusage(RUSAGE_SELF, &after);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    long wall = (ended.tv_sec - begun.tv_sec) * 1000000L + (ended.tv_nsec - begun.tv_nsec) / 1000;
    printf("%ld %ld %ld %ld %ld\n", us(after.ru_utime) - us(before.ru_utime), us(after.ru_stime) - us(before.ru_stime), wall,
           readings, failures);
    fflush(stdout);
  }
  return 0;
}
