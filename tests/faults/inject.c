/* Preloaded into the program (LD_PRELOAD): lets the Nth call of a system function fail.
 *
 *   INJECT=fsync:28:3     the third fsync fails with errno 28
 *   INJECT=write:4:2+     the second write and all after it are interrupted, each once
 *   INJECT=malloc:12:100  the hundredth allocation fails
 *
 * Writes to the terminal's streams do not count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;
static char wanted[32];
static int number = 0, from_then_on = 0;
static long nth = -1;

__attribute__((constructor)) static void read_wish(void) {
  const char* wish = getenv("INJECT");
  const char* colon = wish == NULL ? NULL : strchr(wish, ':');
  if (colon == NULL || (size_t)(colon - wish) >= sizeof wanted) return;
  memcpy(wanted, wish, (size_t)(colon - wish));
  char* end;
  number = (int)strtol(colon + 1, &end, 10);
  if (*end == ':') nth = strtol(end + 1, &end, 10);
  from_then_on = *end == '+';
}

static int fails(const char* name) {
  if (nth < 0 || strcmp(name, wanted) != 0) return 0;
  const long call = atomic_fetch_add(&calls, 1) + 1;
  if (call != nth && !(from_then_on && call > nth)) return 0;
  /* An interrupted call is tried again: every second one passes, or nothing would end. */
  if (number == EINTR && (call - nth) % 2 == 1) return 0;
  errno = number;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void* bytes, size_t count) {
  return file > 2 && fails("write") ? -1 : REAL(write)(file, bytes, count);
}
int fsync(int file) { return fails("fsync") ? -1 : REAL(fsync)(file); }
int rename(const char* from, const char* to) { return fails("rename") ? -1 : REAL(rename)(from, to); }
int mkdir(const char* name, mode_t mode) { return fails("mkdir") ? -1 : REAL(mkdir)(name, mode); }
int close(int file) { return file > 2 && fails("close") ? (REAL(close)(file), errno = number, -1) : REAL(close)(file); }

/* glibc's own names: dlsym allocates before malloc could be found. */
void* __libc_malloc(size_t);
void* __libc_memalign(size_t, size_t);
void* malloc(size_t bytes) { return fails("malloc") ? NULL : __libc_malloc(bytes); }
void* aligned_alloc(size_t alignment, size_t bytes) {
  return fails("malloc") ? NULL : __libc_memalign(alignment, bytes);
}
