package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.Signer;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** Defines a bean of type {@link Signer} for each key, with the name of the key as its qualifier. */
final class SignerBeanRegistrar implements ImportBeanDefinitionRegistrar {

    private final Environment environment;

    SignerBeanRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
        for (String key : OnSigningKeys.names(environment)) {
            String bean = key + "Signer";
            if (!registry.containsBeanDefinition(bean)) {
                RootBeanDefinition definition = new RootBeanDefinition(Factory.class);
                definition.setTargetType(Factory.class);
                definition.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, Signer.class);
                definition.getConstructorArgumentValues().addIndexedArgumentValue(0, key);
                definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, key));
                registry.registerBeanDefinition(bean, definition);
            }
        }
    }

    /** Creates the bean of one key. */
    static final class Factory implements FactoryBean<Signer> {

        private final String key;
        private final KeyConnections connections;

        Factory(String key, KeyConnections connections) {
            this.key = key;
            this.connections = connections;
        }

        @Override
        public Signer getObject() {
            return connections.signer(key);
        }

        @Override
        public Class<?> getObjectType() {
            return Signer.class;
        }
    }
}
