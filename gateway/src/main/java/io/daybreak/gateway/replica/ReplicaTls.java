package io.daybreak.gateway.replica;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import java.io.IOException;

/** TLS 1.3 between nodes; both sides show a certificate. The Java platform's own implementation. */
final class ReplicaTls {
    private static final String PROTOCOL = "TLSv1.3";

    private ReplicaTls() {
    }

    /** Of the listening side; null for plaintext. */
    static SslContext server(final ReplicaSettings.Tls tls) throws IOException {
        return tls == null ? null : SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile()).sslProvider(SslProvider.JDK)
            .trustManager(tls.trust().toFile()).clientAuth(ClientAuth.REQUIRE).protocols(PROTOCOL).build();
    }

    /** Of the connecting side; null for plaintext. */
    static SslContext client(final ReplicaSettings.Tls tls) throws IOException {
        return tls == null ? null : SslContextBuilder.forClient().sslProvider(SslProvider.JDK).keyManager(tls.certificate().toFile(), tls.key().toFile())
            .trustManager(tls.trust().toFile()).protocols(PROTOCOL).build();
    }
}
