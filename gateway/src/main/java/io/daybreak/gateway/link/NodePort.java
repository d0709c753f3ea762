package io.daybreak.gateway.link;

import java.util.function.Consumer;

/**
 * What a link asks of the node itself rather than of the state machine: where it stands, and to be promoted. Any event loop's thread; never
 * blocks. Rule: docs/replication.md.
 */
public interface NodePort {
    /** A node that knows nothing of others. */
    NodePort ALONE = new NodePort() {
        @Override
        public Status status() {
            return new Status(0, 0, 0, 1, 0, 0, ROLE_PRIMARY, 0, 0);
        }

        @Override
        public void promote(final boolean isLossAccepted, final Consumer<Integer> result) {
            result.accept(io.daybreak.protocol.Result.OK);
        }
    };
    /** Of an answer: this node leads. */
    int ROLE_PRIMARY = 1;
    /** Of an answer: this node keeps another one's journal. */
    int ROLE_STANDBY = 2;

    /** The fields of NodeAnswer, in its units. */
    record Status(long asOfSequence, long receivedSequence, long primarySequence, long epoch, long incarnation, long lagMs, int role,
                  int acknowledgement, int flags) {
    }

    /** Where the node stands. */
    Status status();

    /**
     * Makes it the primary.
     *
     * @param result takes the result code, on any thread
     */
    void promote(boolean isLossAccepted, Consumer<Integer> result);
}
