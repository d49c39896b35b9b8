// Stands before FFmpeg's functions: the AT-th call of the one that FAIL names fails. How often each was called goes to the file CALLS.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fails(const char *name, atomic_int *calls) {
    const char *which = getenv("FAIL"), *at = getenv("AT");
    int call = atomic_fetch_add(calls, 1) + 1;
    return which && at && !strcmp(which, name) && call == atoi(at);
}

static void tell(const char *name, int calls) {
    const char *path = getenv("CALLS");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%s %d\n", name, calls);
    fclose(file);
}

#define STAND_BEFORE(name, parameters, arguments, error)                                                        \
    static atomic_int calls_of_##name;                                                                          \
    int name parameters {                                                                                       \
        int(*real) parameters = (int(*) parameters)dlsym(RTLD_NEXT, #name);                                     \
        return fails(#name, &calls_of_##name) ? (error) : real arguments;                                       \
    }                                                                                                           \
    __attribute__((destructor)) static void tell_of_##name(void) { tell(#name, calls_of_##name); }

STAND_BEFORE(avcodec_send_frame, (void *codec, const void *frame), (codec, frame), -ENOMEM)
STAND_BEFORE(avcodec_receive_packet, (void *codec, void *packet), (codec, packet), -EINVAL)
STAND_BEFORE(avformat_write_header, (void *format, void **options), (format, options), -EIO)
STAND_BEFORE(av_interleaved_write_frame, (void *format, void *packet), (format, packet), -EIO)
STAND_BEFORE(av_write_trailer, (void *format), (format), -EIO)
