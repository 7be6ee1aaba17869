// What Swift cannot reach: CPU detection and Linux calls without a Swift declaration.
#ifndef LATHE_CSYSTEM_H
#define LATHE_CSYSTEM_H
#include <stdint.h>
#include <sys/types.h>

/// The fastest kernel level this CPU runs: 1 baseline, 3 x86-64-v3, 4 x86-64-v4.
/// LATHE_CPU_LEVEL in the environment lowers it, never raises it.
int lathe_cpu_level(void);

/// copy_file_range(2): bytes copied, or -1 with errno.
ssize_t lathe_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t count);

/// ioctl_ficlonerange(2): both files share the blocks of a range from then on; 0, or -1 with errno.
/// Positions and, unless it ends the source, the count are multiples of the file system's blocks.
int lathe_clone_range(int from, int64_t from_offset, int to, int64_t to_offset, int64_t count);

/// renameat2(2) with RENAME_EXCHANGE on paths relative to the working directory: 0, or -1 with errno.
int lathe_exchange(const char *a, const char *b);

/// renameat2(2) with RENAME_NOREPLACE: 0, or -1 with errno.
int lathe_rename_new(const char *from, const char *to);

/// Begins to write a file's dirty pages to the disk, without waiting; does nothing where it cannot.
void lathe_start_writeback(int descriptor);

/// Processors this process may run on, at least 1.
int lathe_processor_count(void);
#endif
