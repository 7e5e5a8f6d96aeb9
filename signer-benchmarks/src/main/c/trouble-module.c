/*
 * A PKCS#11 module before another one, to have what SoftHSM lacks: it hangs, is away and loses its connections when it is told to, as the client
 * library of an HSM in a network does.
 *
 *   TROUBLE_MODULE   the module behind it
 *   TROUBLE_FILE     a file of two octets, which may change at any time. The first is 'w' while the module works, 'h' while every call that
 *                    would go to the HSM hangs, and 'a' while the HSM is away. When the second changes, the connections that
 *                    there are break: calls fail until the module is initialised anew.
 *
 * p11-kit's remote module cannot take this place: when its connection breaks, calls that wait for their answers at that time never come back
 * (0.24.1).
 */
#include "module-behind.h"
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static CK_FUNCTION_LIST behind;
static CK_FUNCTION_LIST functions;
static const volatile char *control;
static volatile char connection;

static CK_RV trouble(void) {
    const struct timespec moment = {0, 5000000};
    while (control[0] == 'h') {
        nanosleep(&moment, NULL);
    }
    return control[0] == 'a' || control[1] != connection ? CKR_DEVICE_ERROR : CKR_OK;
}

#define GOES_TO_THE_HSM(name, parameters, arguments)         \
    static CK_RV own_##name parameters {                     \
        CK_RV code = trouble();                              \
        return code == CKR_OK ? behind.name arguments : code; \
    }

GOES_TO_THE_HSM(C_GetTokenInfo, (CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info), (slot, info))
GOES_TO_THE_HSM(
        C_OpenSession,
        (CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session),
        (slot, flags, application, notify, session))
GOES_TO_THE_HSM(C_CloseSession, (CK_SESSION_HANDLE session), (session))
GOES_TO_THE_HSM(C_GetSessionInfo, (CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info), (session, info))
GOES_TO_THE_HSM(
        C_Login,
        (CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length),
        (session, user, pin, length))
GOES_TO_THE_HSM(
        C_FindObjectsInit, (CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR wanted, CK_ULONG count), (session, wanted, count))
GOES_TO_THE_HSM(
        C_GetAttributeValue,
        (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR attributes, CK_ULONG count),
        (session, object, attributes, count))
GOES_TO_THE_HSM(
        C_SignInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key), (session, mechanism, key))
GOES_TO_THE_HSM(
        C_Sign,
        (CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature, CK_ULONG_PTR signature_length),
        (session, data, length, signature, signature_length))

static CK_RV own_C_Initialize(CK_VOID_PTR arguments) {
    connection = control[1];
    return behind.C_Initialize(arguments);
}

/* Not SoftHSM's name: this is a module whose calls may take long. */
static CK_RV own_C_GetInfo(CK_INFO_PTR info) {
    CK_RV code = behind.C_GetInfo(info);
    if (code == CKR_OK) {
        memset(info->manufacturerID, ' ', sizeof info->manufacturerID);
        memset(info->libraryDescription, ' ', sizeof info->libraryDescription);
        memcpy(info->libraryDescription, "Trouble", 7);
    }
    return code;
}

/* Without the HSM there is no token. */
static CK_RV own_C_GetSlotList(CK_BBOOL with_token, CK_SLOT_ID_PTR list, CK_ULONG_PTR count) {
    if (trouble() != CKR_OK) {
        *count = 0;
        return CKR_OK;
    }
    return behind.C_GetSlotList(with_token, list, count);
}

static const volatile char *map(const char *path) {
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return NULL;
    }
    void *octets = mmap(NULL, 2, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return octets == MAP_FAILED ? NULL : octets;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
    if (control == NULL) {
        control = map(getenv("TROUBLE_FILE"));
    }
    if (control == NULL) {
        fprintf(stderr, "TROUBLE_FILE must name a file of two octets.\n");
        return CKR_GENERAL_ERROR;
    }
    CK_RV code = load_module_behind("TROUBLE_MODULE", &behind);
    if (code != CKR_OK) {
        return code;
    }
    functions = behind;
    functions.C_Initialize = own_C_Initialize;
    functions.C_GetInfo = own_C_GetInfo;
    functions.C_GetSlotList = own_C_GetSlotList;
    functions.C_GetTokenInfo = own_C_GetTokenInfo;
    functions.C_OpenSession = own_C_OpenSession;
    functions.C_CloseSession = own_C_CloseSession;
    functions.C_GetSessionInfo = own_C_GetSessionInfo;
    functions.C_Login = own_C_Login;
    functions.C_FindObjectsInit = own_C_FindObjectsInit;
    functions.C_GetAttributeValue = own_C_GetAttributeValue;
    functions.C_SignInit = own_C_SignInit;
    functions.C_Sign = own_C_Sign;
    *list = &functions;
    return CKR_OK;
}
