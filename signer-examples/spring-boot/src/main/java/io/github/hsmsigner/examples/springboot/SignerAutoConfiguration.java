package io.github.hsmsigner.examples.springboot;

import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Creates a {@link SigningService} from the properties {@code signer.*} if {@code signer.module} is set and the
 * application defines no such bean. Uses the {@link SigningPolicy} and {@link AuditLog} of the application if they
 * exist.
 */
@AutoConfiguration
@ConditionalOnProperty("signer.module")
@EnableConfigurationProperties(SignerProperties.class)
public class SignerAutoConfiguration {

    /** For Spring. */
    public SignerAutoConfiguration() {}

    /**
     * The token, which Spring closes when the application ends.
     *
     * @param properties where it is
     * @return the token, logged in to
     */
    @Bean
    @ConditionalOnMissingBean
    public Pkcs11Token signerToken(SignerProperties properties) {
        return Pkcs11Token.open(Pkcs11Config.builder(properties.module())
                .tokenLabel(properties.tokenLabel())
                .pin(PinSource.file(properties.pinFile()))
                .build());
    }

    /**
     * The service; an application with a key that does not sign does not start.
     *
     * @param token the token with the key
     * @param properties which key it is
     * @param policy who may sign, if the application says so
     * @param audit where it is recorded, if the application says so
     * @return the service
     */
    @Bean
    @ConditionalOnMissingBean
    public SigningService signingService(
            Pkcs11Token token,
            SignerProperties properties,
            ObjectProvider<SigningPolicy> policy,
            ObjectProvider<AuditLog> audit) {
        SigningKey key = SigningKey.open(
                properties.keyLabel(),
                token.signer(KeySelector.byLabel(properties.keyLabel())),
                token.certificates(List.of()),
                Deadline.after(properties.startTimeLimit()));
        SigningService.Builder service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder());
        policy.ifUnique(service::policy);
        audit.ifUnique(service::audit);
        return service.build();
    }
}
