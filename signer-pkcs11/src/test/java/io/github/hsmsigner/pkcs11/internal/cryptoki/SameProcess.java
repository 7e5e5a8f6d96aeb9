package io.github.hsmsigner.pkcs11.internal.cryptoki;

import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.io.IOException;
import java.nio.file.Path;
import org.xipki.pkcs11.wrapper.PKCS11Module;

/** Other code of the same process that uses the same module, and knows nothing of this library. */
public final class SameProcess {

    private static final long SERIAL_READ_WRITE = 6;

    // Held for good: the wrapper unloads a module whose object is garbage.
    private static PKCS11Module module;

    private final PKCS11 functions;

    public SameProcess(Path file) {
        try {
            synchronized (SameProcess.class) {
                module = module == null ? PKCS11Module.getInstance(file.toString()) : module;
                functions = module.getPKCS11Module();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public void closeAllSessions(long slotId) {
        call(() -> functions.C_CloseAllSessions(slotId));
    }

    public void logout(long slotId) {
        call(() -> {
            long session = functions.C_OpenSession(slotId, SERIAL_READ_WRITE, null, null);
            functions.C_Logout(session);
            functions.C_CloseSession(session);
        });
    }

    public void finalizeModule() {
        call(() -> functions.C_Finalize(null));
    }

    private static void call(Deed deed) {
        try {
            deed.run();
        } catch (PKCS11Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Deed {
        void run() throws PKCS11Exception;
    }
}
