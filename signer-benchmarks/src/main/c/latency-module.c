/*
 * A PKCS#11 module in front of another one, with what SoftHSM lacks: the latency of an HSM in a network, and counts of calls.
 *
 *   LATENCY_MODULE          the module behind it
 *   LATENCY_MICROSECONDS    how much longer each signature takes; 0 without it
 *   LATENCY_COUNT_FILE      has, at any time, four 64-bit numbers: the calls of C_SignInit, those of C_Sign, those of C_Sign that only ask for
 *                           the length, and the CPU time in all of these in the module behind, in nanoseconds
 *
 * A call of C_Sign that only asks for the length of the signature takes no longer, as no HSM has to be asked for it.
 */
#include "module-behind.h"
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static CK_FUNCTION_LIST behind;
static CK_FUNCTION_LIST functions;
static struct timespec latency;
/* Shared with the file. */
static struct counts {
    _Atomic int64_t inits;
    _Atomic int64_t signatures;
    _Atomic int64_t lengths;
    _Atomic int64_t cpu_nanos;
} *counts;

static int64_t cpu_nanos(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void count(_Atomic int64_t *calls, int64_t start) {
    atomic_fetch_add_explicit(&counts->cpu_nanos, cpu_nanos() - start, memory_order_relaxed);
    atomic_fetch_add_explicit(calls, 1, memory_order_relaxed);
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    if (counts == NULL) {
        return behind.C_SignInit(session, mechanism, key);
    }
    int64_t start = cpu_nanos();
    CK_RV code = behind.C_SignInit(session, mechanism, key);
    count(&counts->inits, start);
    return code;
}

static CK_RV sign(
        CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature, CK_ULONG_PTR signature_length) {
    if (signature != NULL && (latency.tv_sec != 0 || latency.tv_nsec != 0)) {
        nanosleep(&latency, NULL);
    }
    if (counts == NULL) {
        return behind.C_Sign(session, data, length, signature, signature_length);
    }
    int64_t start = cpu_nanos();
    CK_RV code = behind.C_Sign(session, data, length, signature, signature_length);
    count(signature == NULL ? &counts->lengths : &counts->signatures, start);
    return code;
}

static struct counts *open_counts(const char *path) {
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    void *memory = MAP_FAILED;
    if (file >= 0 && ftruncate(file, sizeof(struct counts)) == 0) {
        memory = mmap(NULL, sizeof(struct counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    if (file >= 0) {
        close(file);
    }
    return memory == MAP_FAILED ? NULL : memory;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
    CK_RV code = load_module_behind("LATENCY_MODULE", &behind);
    if (code != CKR_OK) {
        return code;
    }
    const char *microseconds = getenv("LATENCY_MICROSECONDS");
    long micros = microseconds == NULL ? 0 : atol(microseconds);
    latency.tv_sec = micros / 1000000;
    latency.tv_nsec = micros % 1000000 * 1000;
    const char *path = getenv("LATENCY_COUNT_FILE");
    if (path != NULL) {
        counts = open_counts(path);
        if (counts == NULL) {
            perror(path);
            return CKR_GENERAL_ERROR;
        }
    }
    functions = behind;
    functions.C_SignInit = sign_init;
    functions.C_Sign = sign;
    *list = &functions;
    return CKR_OK;
}
