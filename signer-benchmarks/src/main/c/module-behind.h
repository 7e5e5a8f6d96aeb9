/* What modules before another one have in common. */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>

/* Loads the module that an environment variable names, and gives its functions. */
static CK_RV load_module_behind(const char *variable, CK_FUNCTION_LIST *behind) {
    const char *path = getenv(variable);
    void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s must name a PKCS#11 module.\n", variable);
        return CKR_GENERAL_ERROR;
    }
    CK_C_GetFunctionList function_list = (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
    CK_FUNCTION_LIST_PTR original;
    CK_RV code = function_list == NULL ? CKR_GENERAL_ERROR : function_list(&original);
    if (code == CKR_OK) {
        *behind = *original;
    }
    return code;
}
