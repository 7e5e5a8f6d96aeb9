package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CountingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A token with what the tests of other packages want to see beneath it: the calls to the module, and what the module tells. */
public final class ObservedToken implements AutoCloseable {

    private final Pkcs11Token token;
    private final CountingCryptoki module;

    private ObservedToken(Pkcs11Token token, CountingCryptoki module) {
        this.token = token;
        this.module = module;
    }

    public static ObservedToken open(Pkcs11Config config) {
        List<CountingCryptoki> module = new ArrayList<>();
        Pkcs11Token token = Pkcs11Token.open(config, target -> {
            module.add(new CountingCryptoki(target));
            return module.get(0);
        });
        return new ObservedToken(token, module.get(0));
    }

    /** Opens a token with something between it and the module. */
    public static Pkcs11Token open(Pkcs11Config config, UnaryOperator<Cryptoki> decoration) {
        return Pkcs11Token.open(config, decoration);
    }

    public Pkcs11Token token() {
        return token;
    }

    /** The functions called so far, which the caller may clear. */
    public List<String> calls() {
        return module.calls();
    }

    public long calls(String function) {
        return module.calls().stream().filter(function::equals).count();
    }

    public TokenInfo info() {
        return token.info();
    }

    /** The initialised tokens of the module. */
    public List<TokenInfo> tokensOfModule() {
        return token.once((cryptoki, objects, info, session) -> {
            List<TokenInfo> all = new ArrayList<>();
            for (long slot : cryptoki.slotsWithToken()) {
                TokenInfo held = cryptoki.tokenInfo(slot);
                if (held.initialized()) {
                    all.add(held);
                }
            }
            return all;
        });
    }

    /** An attribute of the one private key of a label. */
    public <T> Optional<T> privateKeyAttribute(String label, AttributeType<T> type) {
        return token.once((cryptoki, objects, info, session) -> {
            List<AttributeValue<?>> template =
                    List.of(AttributeType.CLASS.is(ObjectClass.PRIVATE_KEY), AttributeType.LABEL.is(label));
            return cryptoki.attribute(
                    session, cryptoki.findObjects(session, template).get(0), type);
        });
    }

    @Override
    public void close() {
        token.close();
    }
}
