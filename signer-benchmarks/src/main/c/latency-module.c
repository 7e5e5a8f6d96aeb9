/*
 * A PKCS#11 module before another one, to have what SoftHSM lacks: the latency of an HSM in a network, and a count of calls.
 *
 *   LATENCY_MODULE          the module behind it
 *   LATENCY_MICROSECONDS    how much longer each signature takes; 0 without it
 *   LATENCY_COUNT_FILE      at C_Finalize, the numbers of C_SignInit and C_Sign go there
 *
 * A call of C_Sign that only asks for the length of the signature takes no longer, as no HSM has to be asked for it.
 */
#include "module-behind.h"
#include <p11-kit/pkcs11.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static CK_FUNCTION_LIST behind;
static CK_FUNCTION_LIST functions;
static struct timespec latency;
static atomic_long inits;
static atomic_long lengths;
static atomic_long signatures;

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    atomic_fetch_add_explicit(&inits, 1, memory_order_relaxed);
    return behind.C_SignInit(session, mechanism, key);
}

static CK_RV sign(
        CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature, CK_ULONG_PTR signature_length) {
    if (signature == NULL) {
        atomic_fetch_add_explicit(&lengths, 1, memory_order_relaxed);
    } else {
        atomic_fetch_add_explicit(&signatures, 1, memory_order_relaxed);
        if (latency.tv_sec != 0 || latency.tv_nsec != 0) {
            nanosleep(&latency, NULL);
        }
    }
    return behind.C_Sign(session, data, length, signature, signature_length);
}

static CK_RV finalize(CK_VOID_PTR reserved) {
    const char *file = getenv("LATENCY_COUNT_FILE");
    if (file != NULL) {
        FILE *out = fopen(file, "w");
        if (out != NULL) {
            fprintf(out, "C_SignInit %ld\nC_Sign %ld\nC_Sign for the length %ld\n", inits, signatures, lengths);
            fclose(out);
        }
    }
    return behind.C_Finalize(reserved);
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
    functions = behind;
    functions.C_SignInit = sign_init;
    functions.C_Sign = sign;
    functions.C_Finalize = finalize;
    *list = &functions;
    return CKR_OK;
}
