package io.daybreak.gateway.replica;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * Settings of replication. Meaning, defaults and ranges: reference.conf, {@code replication}.
 *
 * @param node                  participant code of this node; empty: this switch has one node only
 * @param keyId                 names this node's secret
 * @param host                  address to bind
 * @param port                  0: a free one
 * @param standbyOf             whom to follow; null: this node leads
 * @param peers                 other nodes that may lead
 * @param isSyncWanted          acknowledgements count only if the entries are on the standby's device
 * @param acknowledgement       what answers wait for, one of {@code Acknowledgement}
 * @param ackTimeoutMs          after which a standby is left out, or an alarm raised
 * @param silenceMs             without a frame from the other side a connection ends
 * @param reconnectMs           between attempts to connect
 * @param catchUpBytesPerSecond limit of what a standby far behind is sent
 * @param keepBytes             most of the journal that is kept for a standby that does not have it
 * @param fenceCommand          proves that the old primary is stopped; empty: there is none
 * @param fenceTimeoutMs        how long it may take
 * @param tls                   null: plaintext
 */
public record ReplicaSettings(String node, int keyId, String host, int port, InetSocketAddress standbyOf, List<InetSocketAddress> peers,
                              boolean isSyncWanted, int acknowledgement, int ackTimeoutMs, int silenceMs, int reconnectMs,
                              long catchUpBytesPerSecond, long keepBytes, List<String> fenceCommand, int fenceTimeoutMs, Tls tls) {
    /**
     * TLS 1.3 between nodes, both sides with a certificate.
     *
     * @param certificate PEM, this node's chain
     * @param key         PEM, PKCS 8
     * @param trust       PEM, who may have issued the other side's
     */
    public record Tls(Path certificate, Path key, Path trust) {
    }

    /** True if this switch has more than one node. */
    public boolean isOn() {
        return !node.isEmpty();
    }
}
