package io.daybreak.gateway.replay;

import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.gateway.index.Keys;
import io.daybreak.journal.replay.KeptJournal;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.payment.MadeReference;
import io.daybreak.payment.PaymentCommand;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the commands that concern one payment by reading the journal once, or twice for a transfer on a hold, without executing anything. What an issuer
 * answered is found later, at the execution, by what was sent. One thread.
 */
final class Finder implements ReplayTarget {
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int PENDING_ID = TransferDecoder.pendingIdEncodingOffset();

    private final PaymentKey key;
    private final PaymentCommand payment = new PaymentCommand();
    private final TreeSet<Long> sequences = new TreeSet<>();
    /** Institution, trace number and transmission of the payments that were found: what a reversal may name. */
    private final Set<String> traces = new HashSet<>();
    private long rootHi;
    private long rootLo;
    private int participant = -1;
    private long sequence;
    private long timestampNs;

    Finder(final PaymentKey key) {
        this.key = key;
        this.rootHi = key.hi();
        this.rootLo = key.lo();
    }

    /** Sequences in order; empty if the payment is not in the journal. */
    TreeSet<Long> find(final Path data) throws IOException {
        final JournalIndex index = JournalIndex.open(data);
        if (index != null) {
            return find(index);
        }
        read(data);
        if (key.isTransfer() && (rootHi != key.hi() || rootLo != key.lo())) {
            // The id was that of a capture or release: the story begins with its hold.
            read(data);
        }
        return sequences;
    }

    /** By the index: what may be it is read, and compared as if the whole journal were. */
    private TreeSet<Long> find(final JournalIndex index) throws IOException {
        if (key.isTransfer()) {
            look(index, Keys.transfer(key.hi(), key.lo()));
            look(index, Keys.transfer(rootHi, rootLo));
        } else {
            look(index, Keys.reference(key.hi(), (int) key.lo()));
            for (final String trace : List.copyOf(traces)) {
                final String[] parts = trace.split("/");
                look(index, Keys.original(Long.parseLong(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
            }
        }
        return sequences;
    }

    private void look(final JournalIndex index, final long hash) throws IOException {
        for (final long found : index.find(hash)) {
            index.read(found, found, (at, entryNs, templateId, participantId, command, offset, length, result) -> {
                sequence = at;
                timestampNs = entryNs;
                onCommand(templateId, participantId, command, offset, length, result);
            });
        }
    }

    private void read(final Path data) throws IOException {
        try (PublishedJournal journal = KeptJournal.of(data).open(position -> false)) {
            while (journal.next()) {
                journal.replay(this);
            }
        }
    }

    long rootHi() {
        return rootHi;
    }

    long rootLo() {
        return rootLo;
    }

    /** Who made the transfer; -1 for a payment. */
    int participant() {
        return participant;
    }

    @Override
    public void onEntry(final long firstSequence, final int count, final long entryNs) {
        sequence = firstSequence;
        timestampNs = entryNs;
    }

    @Override
    public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                          final int result) {
        if (key.isTransfer()) {
            if (templateId == TransferDecoder.TEMPLATE_ID) {
                transfer(participantId, command, offset);
            }
        } else if (templateId == PaymentDecoder.TEMPLATE_ID) {
            payment(command, offset);
        }
        sequence++;
    }

    private void transfer(final int participantId, final DirectBuffer command, final int offset) {
        final long hi = command.getLong(offset, ORDER);
        final long lo = command.getLong(offset + Long.BYTES, ORDER);
        final long pendingHi = command.getLong(offset + PENDING_ID, ORDER);
        final long pendingLo = command.getLong(offset + PENDING_ID + Long.BYTES, ORDER);
        if (hi == key.hi() && lo == key.lo()) {
            sequences.add(sequence);
            participant = participantId;
            if ((pendingHi | pendingLo) != 0) {
                rootHi = pendingHi;
                rootLo = pendingLo;
            }
        } else if (hi == rootHi && lo == rootLo || pendingHi == rootHi && pendingLo == rootLo && participantId == participant) {
            sequences.add(sequence);
        }
    }

    private void payment(final DirectBuffer command, final int offset) {
        payment.wrap(command, offset);
        final boolean matches = payment.hasRrn() ? payment.rrn0() == key.hi() && payment.rrn1() == (int) key.lo()
            : MadeReference.head(timestampNs, sequence) == key.hi() && MadeReference.tail(sequence) == (int) key.lo();
        if (matches) {
            traces.add(trace(payment.institution(), payment.stan(), payment.transmission()));
            sequences.add(sequence);
        } else if (payment.originalStan() != 0 && !traces.isEmpty()
            && traces.contains(trace(payment.institution(), payment.originalStan(), payment.originalTransmission()))) {
            sequences.add(sequence);
        }
    }

    private static String trace(final long institution, final int stan, final int transmission) {
        return institution + "/" + stan + "/" + transmission;
    }

    @Override
    public void onEntryEnd(final long stateDigest) {
        // Nothing is executed, so there is nothing to compare.
    }
}
