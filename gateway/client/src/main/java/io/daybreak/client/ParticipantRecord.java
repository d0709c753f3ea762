package io.daybreak.client;

import io.daybreak.protocol.Result;

/** A participant as looked up; it means something only if {@code result} is {@link Result#OK}. */
public record ParticipantRecord(int result, long asOfSequence, Participant participant) {
}
