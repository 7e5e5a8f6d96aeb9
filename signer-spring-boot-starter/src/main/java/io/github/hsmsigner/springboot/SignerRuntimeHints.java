package io.github.hsmsigner.springboot;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.util.ClassUtils;

/**
 * Hints for a native image: the native library of the PKCS#11 wrapper, its tables, and the classes that the library uses
 * through JNI.
 */
final class SignerRuntimeHints implements RuntimeHintsRegistrar {

    private static final String JNI_PACKAGE = "iaik/pkcs/pkcs11/wrapper/";

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources()
                .registerPattern("natives/**")
                .registerPattern("org/xipki/pkcs11/wrapper/*.properties")
                .registerPattern("org/xipki/pkcs11/wrapper/vendor.conf")
                .registerPattern("META-INF/services/io.github.hsmsigner.*");
        ClassLoader loader = classLoader == null ? ClassUtils.getDefaultClassLoader() : classLoader;
        for (Resource type : jniTypes(new PathMatchingResourcePatternResolver(loader))) {
            String name = String.valueOf(type.getFilename()).replaceFirst("\\.class$", "");
            hints.jni()
                    .registerType(
                            TypeReference.of(JNI_PACKAGE.replace('/', '.') + name),
                            MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                            MemberCategory.INVOKE_DECLARED_METHODS,
                            MemberCategory.ACCESS_DECLARED_FIELDS);
        }
    }

    private static Resource[] jniTypes(ResourcePatternResolver resolver) {
        try {
            return resolver.getResources(ResourcePatternResolver.CLASSPATH_ALL_URL_PREFIX + JNI_PACKAGE + "*.class");
        } catch (IOException e) {
            throw new UncheckedIOException("The classes of the PKCS#11 wrapper cannot be listed.", e);
        }
    }
}
