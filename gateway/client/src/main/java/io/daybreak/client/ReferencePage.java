package io.daybreak.client;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.List;

/**
 * Records of one kind, as the switch holds them after a sequence.
 *
 * @param result       0, or why there are none: see {@link io.daybreak.protocol.Result}
 * @param asOfSequence the records show the state after this sequence
 * @param nextCursor   for the next page; 0: this was the last
 * @param messages     of each record message header and block, as they would put it again
 */
public record ReferencePage(int result, long asOfSequence, long nextCursor, List<UnsafeBuffer> messages) {
}
