#define _GNU_SOURCE
#include "csystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#if defined(__linux__)
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#endif
#include <unistd.h>

int lathe_cpu_level(void) {
  const char *limit = getenv("LATHE_CPU_LEVEL");
  int cap = limit ? atoi(limit) : 4;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (cap >= 4 && __builtin_cpu_supports("x86-64-v4")) return 4;
  if (cap >= 3 && __builtin_cpu_supports("x86-64-v3")) return 3;
#endif
  (void)cap;
  return 1;
}

#if defined(__linux__)
ssize_t lathe_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t count) {
  off64_t a = from_offset, b = to_offset;
  return copy_file_range(from, &a, to, &b, count, 0);
}
int lathe_clone_range(int from, int64_t from_offset, int to, int64_t to_offset, int64_t count) {
  struct file_clone_range range = {from, (__u64)from_offset, (__u64)count, (__u64)to_offset};
  return ioctl(to, FICLONERANGE, &range);
}
int lathe_exchange(const char *a, const char *b) {
  return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}
int lathe_rename_new(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}
#else
ssize_t lathe_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t count) {
  (void)from, (void)from_offset, (void)to, (void)to_offset, (void)count;
  errno = ENOSYS;
  return -1;
}
int lathe_clone_range(int from, int64_t from_offset, int to, int64_t to_offset, int64_t count) {
  (void)from, (void)from_offset, (void)to, (void)to_offset, (void)count;
  errno = ENOSYS;
  return -1;
}
int lathe_exchange(const char *a, const char *b) {
  return renamex_np(a, b, RENAME_SWAP);
}
int lathe_rename_new(const char *from, const char *to) {
  return renamex_np(from, to, RENAME_EXCL);
}
#endif

void lathe_start_writeback(int descriptor) {
#if defined(__linux__)
  (void)sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
  (void)descriptor;
#endif
}

int lathe_processor_count(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}
