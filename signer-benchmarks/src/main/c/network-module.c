/*
 * A PKCS#11 module in front of another one that behaves like an HSM in the network: a signature takes time, but no CPU time of this machine.
 *
 *   NETWORK_MODULE          the module behind it
 *   NETWORK_MICROSECONDS    the time that each signature takes
 *
 * The module behind computes only the first signature of an input. Later signatures of the same key, mechanism and input are copies, so
 * the load must repeat a few inputs. C_Sign that only asks for the length does not wait, because a module need not ask an HSM for it.
 * A signature with a mechanism that has parameters always comes from the module behind. C_SignUpdate is not supported.
 */
#include "module-behind.h"
#include <pthread.h>
#include <string.h>
#include <time.h>

#define MAX_SESSIONS 1024
#define MAX_SIGNATURES 64
#define MAX_LENGTH 512

struct session {
    CK_SESSION_HANDLE handle;
    CK_MECHANISM_TYPE mechanism;
    CK_OBJECT_HANDLE key;
    /* C_SignInit was called here, but not yet in the module behind. */
    int deferred;
};

struct signature {
    CK_MECHANISM_TYPE mechanism;
    CK_OBJECT_HANDLE key;
    CK_ULONG input_length;
    CK_ULONG length;
    CK_BYTE input[MAX_LENGTH];
    CK_BYTE value[MAX_LENGTH];
};

static CK_FUNCTION_LIST behind;
static CK_FUNCTION_LIST functions;
static struct timespec latency;
/* Guards the number of sessions, and the handles up to it. Only the thread that uses a session accesses its other fields. */
static pthread_mutex_t sessions_lock = PTHREAD_MUTEX_INITIALIZER;
static struct session sessions[MAX_SESSIONS];
static int session_count;
/* Guards the number of signatures. A signature never changes. */
static pthread_mutex_t signatures_lock = PTHREAD_MUTEX_INITIALIZER;
static struct signature signatures[MAX_SIGNATURES];
static int signature_count;

/* Returns the state of a session; NULL if there are too many. */
static struct session *session_of(CK_SESSION_HANDLE handle) {
    struct session *found = NULL;
    pthread_mutex_lock(&sessions_lock);
    for (int i = 0; i < session_count && found == NULL; i++) {
        if (sessions[i].handle == handle) {
            found = &sessions[i];
        }
    }
    if (found == NULL && session_count < MAX_SESSIONS) {
        found = &sessions[session_count++];
        found->handle = handle;
        found->deferred = 0;
    }
    pthread_mutex_unlock(&sessions_lock);
    return found;
}

/* Returns the signature that was computed before; NULL if there is none. */
static const struct signature *known(const struct session *session, const CK_BYTE *input, CK_ULONG length) {
    pthread_mutex_lock(&signatures_lock);
    int count = signature_count;
    pthread_mutex_unlock(&signatures_lock);
    for (int i = 0; i < count; i++) {
        const struct signature *candidate = &signatures[i];
        if (candidate->key == session->key && candidate->mechanism == session->mechanism
                && candidate->input_length == length && memcmp(candidate->input, input, length) == 0) {
            return candidate;
        }
    }
    return NULL;
}

static void keep(const struct session *session, const CK_BYTE *input, CK_ULONG input_length, const struct signature *computed) {
    pthread_mutex_lock(&signatures_lock);
    if (signature_count < MAX_SIGNATURES && input_length <= MAX_LENGTH) {
        struct signature *next = &signatures[signature_count];
        *next = *computed;
        next->mechanism = session->mechanism;
        next->key = session->key;
        next->input_length = input_length;
        memcpy(next->input, input, input_length);
        signature_count++;
    }
    pthread_mutex_unlock(&signatures_lock);
}

static CK_RV sign_init(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
    struct session *session = session_of(handle);
    if (session == NULL || mechanism == NULL || mechanism->ulParameterLen != 0) {
        return behind.C_SignInit(handle, mechanism, key);
    }
    if (session->deferred) {
        return CKR_OPERATION_ACTIVE;
    }
    session->mechanism = mechanism->mechanism;
    session->key = key;
    session->deferred = 1;
    return CKR_OK;
}

static CK_RV compute(const struct session *session, CK_BYTE_PTR input, CK_ULONG input_length, struct signature *computed) {
    CK_MECHANISM mechanism = {session->mechanism, NULL, 0};
    CK_RV code = behind.C_SignInit(session->handle, &mechanism, session->key);
    computed->length = sizeof computed->value;
    return code == CKR_OK ? behind.C_Sign(session->handle, input, input_length, computed->value, &computed->length) : code;
}

static CK_RV sign(CK_SESSION_HANDLE handle, CK_BYTE_PTR input, CK_ULONG input_length, CK_BYTE_PTR value, CK_ULONG_PTR length) {
    struct session *session = session_of(handle);
    if (value != NULL) {
        nanosleep(&latency, NULL);
    }
    if (session == NULL || !session->deferred) {
        return behind.C_Sign(handle, input, input_length, value, length);
    }
    struct signature computed;
    const struct signature *result = known(session, input, input_length);
    if (result == NULL) {
        CK_RV code = compute(session, input, input_length, &computed);
        if (code != CKR_OK) {
            session->deferred = 0;
            return code;
        }
        keep(session, input, input_length, &computed);
        result = &computed;
    }
    CK_ULONG room = *length;
    *length = result->length;
    if (value == NULL) {
        return CKR_OK;
    }
    if (room < result->length) {
        return CKR_BUFFER_TOO_SMALL;
    }
    memcpy(value, result->value, result->length);
    session->deferred = 0;
    return CKR_OK;
}

/* Handles may mean something else after the next C_Initialize. */
static CK_RV finalize(CK_VOID_PTR reserved) {
    session_count = 0;
    signature_count = 0;
    return behind.C_Finalize(reserved);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
    CK_RV code = load_module_behind("NETWORK_MODULE", &behind);
    if (code != CKR_OK) {
        return code;
    }
    const char *microseconds = getenv("NETWORK_MICROSECONDS");
    if (microseconds == NULL) {
        fprintf(stderr, "NETWORK_MICROSECONDS must be the time of a signature.\n");
        return CKR_GENERAL_ERROR;
    }
    long micros = atol(microseconds);
    latency.tv_sec = micros / 1000000;
    latency.tv_nsec = micros % 1000000 * 1000;
    functions = behind;
    functions.C_SignInit = sign_init;
    functions.C_Sign = sign;
    functions.C_Finalize = finalize;
    *list = &functions;
    return CKR_OK;
}
