/*
 * The limit that everything else is measured against: signatures a second of a PKCS#11 module in a bare loop, one session a thread.
 *
 *   pkcs11-loop MODULE TOKEN-LABEL KEY-LABEL rsa|ec THREADS SECONDS [RATE]    (the PIN is in the environment variable PIN)
 *
 * Each signature is C_SignInit and C_Sign over a SHA-256 digest, as a DigestInfo with CKM_RSA_PKCS or bare with CKM_ECDSA. Prints two
 * numbers: signatures a second, and the CPU time of a signature in milliseconds. With a RATE, a signature is due so many times a second,
 * whether or not those before are done, and the threads make them in their order; prints the median and the 99th percentile, in
 * milliseconds, of the time from when one was due.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static CK_FUNCTION_LIST_PTR module;
static CK_SLOT_ID slot;
static const char *key_label;
static CK_MECHANISM mechanism;
static CK_BYTE input[51];
static CK_ULONG input_length;
static double seconds;
static double rate;
static double start;
static long due;
static atomic_long next;
static double *latencies;
static atomic_int ready;
static atomic_int started;

/* DigestInfo of a SHA-256 digest, up to the digest (RFC 8017, section 9.2, note 1). */
static const CK_BYTE sha256_prefix[19] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                          0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

static void check(const char *what, CK_RV code) {
    if (code != CKR_OK) {
        fprintf(stderr, "%s: 0x%lx\n", what, code);
        exit(1);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static CK_SLOT_ID find_slot(const char *label) {
    CK_SLOT_ID slots[64];
    CK_ULONG count = 64;
    check("C_GetSlotList", module->C_GetSlotList(CK_TRUE, slots, &count));
    size_t length = strlen(label);
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        check("C_GetTokenInfo", module->C_GetTokenInfo(slots[i], &info));
        /* Labels are padded with spaces. */
        if (length <= 32 && memcmp(info.label, label, length) == 0 && (length == 32 || info.label[length] == ' ')) {
            return slots[i];
        }
    }
    fprintf(stderr, "There is no token \"%s\".\n", label);
    exit(1);
}

static CK_SESSION_HANDLE open_session(void) {
    CK_SESSION_HANDLE session;
    check("C_OpenSession", module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
    return session;
}

static CK_OBJECT_HANDLE find_key(CK_SESSION_HANDLE session) {
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_LABEL, (void *)key_label, strlen(key_label)}};
    CK_OBJECT_HANDLE key;
    CK_ULONG found = 0;
    check("C_FindObjectsInit", module->C_FindObjectsInit(session, template, 2));
    check("C_FindObjects", module->C_FindObjects(session, &key, 1, &found));
    check("C_FindObjectsFinal", module->C_FindObjectsFinal(session));
    if (found != 1) {
        fprintf(stderr, "There is no private key \"%s\".\n", key_label);
        exit(1);
    }
    return key;
}

static void sign_once(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
    CK_BYTE signature[1024];
    CK_ULONG length = sizeof signature;
    check("C_SignInit", module->C_SignInit(session, &mechanism, key));
    check("C_Sign", module->C_Sign(session, input, input_length, signature, &length));
}

static void wait_until(double time) {
    for (double left = time - now(); left > 0; left = time - now()) {
        struct timespec pause = {(time_t)left, (long)((left - (time_t)left) * 1e9)};
        nanosleep(&pause, NULL);
    }
}

static void *sign(void *result) {
    CK_SESSION_HANDLE session = open_session();
    CK_OBJECT_HANDLE key = find_key(session);
    long signatures = 0;
    atomic_fetch_add(&ready, 1);
    while (!atomic_load(&started)) {
        struct timespec pause = {0, 100000};
        nanosleep(&pause, NULL);
    }
    if (rate > 0) {
        for (long i = atomic_fetch_add(&next, 1); i < due; i = atomic_fetch_add(&next, 1)) {
            double time = start + i / rate;
            wait_until(time);
            sign_once(session, key);
            latencies[i] = now() - time;
        }
        return NULL;
    }
    double end = now() + seconds;
    while (now() < end) {
        sign_once(session, key);
        signatures++;
    }
    *(long *)result = signatures;
    return NULL;
}

static int ascending(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

int main(int argc, char **argv) {
    if (argc < 7 || argc > 8 || getenv("PIN") == NULL) {
        fprintf(stderr, "Usage: PIN=... pkcs11-loop MODULE TOKEN-LABEL KEY-LABEL rsa|ec THREADS SECONDS [RATE]\n");
        return 2;
    }
    int rsa = strcmp(argv[4], "rsa") == 0;
    int threads = atoi(argv[5]);
    key_label = argv[3];
    seconds = atof(argv[6]);
    if (argc == 8) {
        rate = atof(argv[7]);
        due = (long)(rate * seconds);
        if (due < 1) {
            fprintf(stderr, "No signature is due in that time.\n");
            return 2;
        }
        latencies = calloc(due, sizeof *latencies);
    }
    mechanism.mechanism = rsa ? CKM_RSA_PKCS : CKM_ECDSA;
    if (rsa) {
        memcpy(input, sha256_prefix, sizeof sha256_prefix);
    }
    input_length = rsa ? 51 : 32;
    memset(input + input_length - 32, 0xa5, 32);

    void *library = dlopen(argv[1], RTLD_NOW);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    CK_C_GetFunctionList function_list = (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
    check("C_GetFunctionList", function_list(&module));
    CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
    check("C_Initialize", module->C_Initialize(&arguments));
    slot = find_slot(argv[2]);
    CK_SESSION_HANDLE login = open_session();
    char *pin = getenv("PIN");
    check("C_Login", module->C_Login(login, CKU_USER, (CK_UTF8CHAR_PTR)pin, strlen(pin)));

    pthread_t *ids = calloc(threads, sizeof *ids);
    long *results = calloc(threads, sizeof *results);
    for (int i = 0; i < threads; i++) {
        pthread_create(&ids[i], NULL, sign, &results[i]);
    }
    while (atomic_load(&ready) < threads) {
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
    double cpu = cpu_seconds();
    start = now();
    atomic_store(&started, 1);
    long all = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        all += results[i];
    }
    if (rate > 0) {
        qsort(latencies, due, sizeof *latencies, ascending);
        printf("%.3f %.3f\n", 1e3 * latencies[due / 2], 1e3 * latencies[due * 99 / 100]);
    } else {
        printf("%.1f %.6f\n", all / (now() - start), 1e3 * (cpu_seconds() - cpu) / all);
    }
    check("C_Finalize", module->C_Finalize(NULL));
    return 0;
}
