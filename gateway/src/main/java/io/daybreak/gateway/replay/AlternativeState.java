package io.daybreak.gateway.replay;

import io.daybreak.journal.memory.HugeSlabAllocator;
import io.daybreak.journal.replay.NewestSnapshot;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateMachine;
import io.daybreak.machine.StateView;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.IssuerAnswerDecoder;
import io.daybreak.protocol.codec.IssuerSendFailedDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The state that a journal's commands would have made under other records. Unlike a replay it proves nothing: outcomes may differ. One thread.
 */
final class AlternativeState implements AutoCloseable {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int FLAGS = TransferDecoder.flagsEncodingOffset();

    private final HugeSlabAllocator slabs = new HugeSlabAllocator(1);
    private final StateMachine machine;
    private final Outcome outcome = new Outcome();
    private final UnsafeBuffer answer = new UnsafeBuffer(new byte[CommandSlot.ANSWER_BYTES]);
    private final UnsafeBuffer copy = new UnsafeBuffer(new byte[CommandSlot.COMMAND_BYTES]);
    private final ExpandableArrayBuffer members = new ExpandableArrayBuffer();
    private final List<IntConsumer> memberTells = new ArrayList<>();
    /** Sequence here of a payment that went to an issuer, by its sequence in the journal. */
    private final Remembered<Long, Long> sequences;
    /** Last message to an issuer by the payment's sequence here, and the message type. */
    private final Remembered<String, Request> requests;
    private boolean hasSent;

    /** What went to an issuer: what its answer must name. */
    record Request(int stan, int transmission, int linkId) {
    }

    /** Finds the request that stands here for a recorded one. */
    interface Requests {
        Request find(int stan, int transmission, int linkId);
    }

    /**
     * Begins as the journal's own state begins.
     *
     * @param start       the snapshot, {@link SnapshotPosition#BEGIN} for none
     * @param mostEntries of each map
     */
    AlternativeState(final Path data, final SnapshotPosition start, final int mostEntries) throws IOException, ReplayException {
        sequences = new Remembered<>(mostEntries);
        requests = new Remembered<>(mostEntries);
        final MachineRecovery recovery = new MachineRecovery(slabs);
        if (start.entryNumber() == 0) {
            recovery.fromBegin();
        } else if (NewestSnapshot.find(new SnapshotDirectory(data), recovery, start::equals, new ArrayList<>()) == null) {
            slabs.close();
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the snapshot behind sequence " + start.sequence() + " was let go of meanwhile; run it again");
        }
        machine = recovery.machine();
        machine.emitTo((templateId, effect, offset, length) -> {
            if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
                final SendToIssuerDecoder send = new SendToIssuerDecoder().wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH,
                    SendToIssuerDecoder.SCHEMA_VERSION);
                hasSent = true;
                requests.put(key(send.paymentId(), send.mti()), new Request((int) send.stan(), (int) send.transmission(), send.linkId()));
            }
        });
    }

    private static String key(final long sequence, final int mti) {
        return sequence + "/" + mti / 10 * 10;
    }

    StateView view() {
        return machine.view();
    }

    long digest() {
        return machine.digest();
    }

    void beginEntry(final long timestampNs) {
        machine.beginEntry(timestampNs);
    }

    /** Puts a record, as the operator; returns the result. */
    int put(final WhatIf.Put put) {
        machine.apply(put.templateId(), Participants.FIRST_OPERATOR, put.body(), put.offset(), put.length(), outcome);
        return outcome.result;
    }

    void apply(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length) {
        if (StateMachine.isPayment(templateId)) {
            machine.applyPayment(templateId, participantId, command, offset, length, 0, 0, outcome, answer, 0);
        } else {
            machine.apply(templateId, participantId, command, offset, length, outcome);
        }
    }

    Outcome applyPayment(final long recordedSequence, final int participantId, final DirectBuffer command, final int offset, final int length) {
        hasSent = false;
        apply(PaymentDecoder.TEMPLATE_ID, participantId, command, offset, length);
        if (hasSent) {
            sequences.put(recordedSequence, outcome.sequence);
        }
        return outcome;
    }

    /** The last request of this kind that the payment of a recorded sequence has sent here, or null. */
    Request request(final long recordedSequence, final int mti) {
        final Long sequence = sequences.get(recordedSequence);
        return sequence == null ? null : requests.get(key(sequence, mti));
    }

    /** Applies an issuer's answer, or that nothing was sent, to what stands here in place of the recorded request. */
    void applyIssuers(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length, final Requests found) {
        final boolean isAnswer = templateId == IssuerAnswerDecoder.TEMPLATE_ID;
        final int stan = offset + (isAnswer ? IssuerAnswerDecoder.stanEncodingOffset() : IssuerSendFailedDecoder.stanEncodingOffset());
        final int transmission = offset + (isAnswer ? IssuerAnswerDecoder.transmissionEncodingOffset() : IssuerSendFailedDecoder.transmissionEncodingOffset());
        final int link = isAnswer ? IssuerAnswerDecoder.linkIdEncodingOffset() : IssuerSendFailedDecoder.linkIdEncodingOffset();
        final Request request = found.find(command.getInt(stan, ORDER), command.getInt(transmission, ORDER),
            command.getShort(offset + link, ORDER) & 0xFFFF);
        if (request != null) {
            copy.putBytes(0, command, offset, length);
            copy.putInt(stan - offset, request.stan, ORDER);
            copy.putInt(transmission - offset, request.transmission, ORDER);
            copy.putShort(link, (short) request.linkId, ORDER);
            machine.apply(templateId, participantId, copy, 0, length, outcome);
        }
    }

    /** Applies a transfer; a chain when its last member is there. Each result is told when it is decided. */
    void applyTransfer(final int participantId, final DirectBuffer command, final int offset, final IntConsumer tell) {
        final boolean linked = (command.getShort(offset + FLAGS, ORDER) & TransferFlags.LINKED) != 0;
        if (!linked && memberTells.isEmpty()) {
            machine.apply(TransferDecoder.TEMPLATE_ID, participantId, command, offset, TransferDecoder.BLOCK_LENGTH, outcome);
            tell.accept(outcome.result);
            return;
        }
        members.putBytes(memberTells.size() * TransferDecoder.BLOCK_LENGTH, command, offset, TransferDecoder.BLOCK_LENGTH);
        memberTells.add(tell);
        if (!linked) {
            chain(participantId);
        }
    }

    private void chain(final int participantId) {
        final Outcome[] outcomes = new Outcome[memberTells.size()];
        machine.applyChainBegin(participantId, outcomes.length);
        for (int i = 0; i < outcomes.length; i++) {
            outcomes[i] = new Outcome();
            machine.applyChainMember(members, i * TransferDecoder.BLOCK_LENGTH, outcomes[i]);
        }
        machine.applyChainEnd();
        for (int i = 0; i < outcomes.length; i++) {
            memberTells.get(i).accept(outcomes[i].result);
        }
        memberTells.clear();
    }

    /** What had to be forgotten for want of room. */
    long forgotten() {
        return sequences.forgotten() + requests.forgotten();
    }

    @Override
    public void close() {
        slabs.close();
    }
}
