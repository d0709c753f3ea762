package io.daybreak.gateway.link;

import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.NodeAnswerEncoder;
import io.daybreak.protocol.codec.PromoteDecoder;
import io.daybreak.protocol.codec.QueryNodeDecoder;
import io.netty.channel.EventLoop;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Answers one link's questions about the node. Event loop's thread only. One question may wait for a sequence at a time; another one is answered at
 * once, with what is there.
 */
final class NodeDesk {
    private static final long LOOK_MS = 1;
    private static final long MAX_WAIT_MS = 60_000;

    /** Sends an answer: writes a NodeAnswer block where the sender says. */
    interface Sender {
        /** True once the link is over. */
        boolean isClosed();

        /** Room for a NodeAnswer; the writer gets buffer and offset of its block. */
        void sendNodeAnswer(Writer writer);
    }

    /** Writes the block. */
    interface Writer {
        void write(MutableDirectBuffer buffer, int offset);
    }

    private final NodePort port;
    private final EventLoop loop;
    private final Sender sender;
    private boolean isWaiting;

    NodeDesk(final NodePort port, final EventLoop loop, final Sender sender) {
        this.port = port;
        this.loop = loop;
        this.sender = sender;
    }

    void onQuery(final DirectBuffer view, final int offset) {
        final long correlationId = view.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        final long minimum = view.getLong(offset + QueryNodeDecoder.minimumSequenceEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
        final long timeoutMs = view.getInt(offset + QueryNodeDecoder.timeoutMsEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF_FFFFL;
        if (isWaiting || port.status().asOfSequence() >= minimum) {
            answer(correlationId, Result.OK);
            return;
        }
        isWaiting = true;
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(timeoutMs, MAX_WAIT_MS));
        look(correlationId, minimum, deadlineNs);
    }

    private void look(final long correlationId, final long minimum, final long deadlineNs) {
        if (sender.isClosed()) {
            return;
        }
        if (port.status().asOfSequence() >= minimum || System.nanoTime() - deadlineNs > 0) {
            isWaiting = false;
            answer(correlationId, Result.OK);
            return;
        }
        loop.schedule(() -> look(correlationId, minimum, deadlineNs), LOOK_MS, TimeUnit.MILLISECONDS);
    }

    void onPromote(final DirectBuffer view, final int offset, final boolean isOperator) {
        final long correlationId = view.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        final long flags = view.getInt(offset + PromoteDecoder.promoteFlagsEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF_FFFFL;
        if (!isOperator) {
            answer(correlationId, Result.NOT_GRANTED);
        } else if (flags > 1) {
            answer(correlationId, Result.RESERVED_MUST_BE_ZERO);
        } else {
            final LongConsumer later = result -> loop.execute(() -> answer(correlationId, (int) result));
            port.promote(flags == 1, result -> later.accept(result));
        }
    }

    private void answer(final long correlationId, final int result) {
        if (sender.isClosed()) {
            return;
        }
        final NodePort.Status status = port.status();
        sender.sendNodeAnswer((buffer, offset) -> new NodeAnswerEncoder().wrap(buffer, offset)
            .correlationId(correlationId)
            .asOfSequence(status.asOfSequence())
            .receivedSequence(status.receivedSequence())
            .primarySequence(status.primarySequence())
            .epoch(status.epoch())
            .incarnation(status.incarnation())
            .lagMs(status.lagMs())
            .result(result)
            .nodeRole(status.role())
            .acknowledgement(status.acknowledgement())
            .nodeFlags(status.flags()));
    }
}
