package io.daybreak.gateway.replay;

import io.daybreak.journal.replay.KeptJournal;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.ledger.LedgerView;
import io.daybreak.payment.MadeReference;
import io.daybreak.payment.PaymentCommand;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Tells the commands of a journal one by one, those that a filter lets through. An account's commands are found by what they moved, so with that filter the
 * journal is executed again; all others only read it. One thread.
 */
public final class Dumper implements Watcher {
    /**
     * What is to be told.
     *
     * @param from        Unix nanoseconds
     * @param to          likewise, exclusive
     * @param account     0: any
     * @param participant -1: any
     * @param templateId  -1: any
     * @param key         null: any
     * @param fromSequence first sequence
     * @param toSequence  last sequence
     */
    public record Filter(long from, long to, long account, int participant, int templateId, PaymentKey key, long fromSequence, long toSequence) {
    }

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private final Filter filter;
    private final boolean isJson;
    private final Consumer<String> out;
    private final Commands commands = new Commands();
    private final PaymentCommand payment = new PaymentCommand();
    private Rerun rerun;
    private long legsSeen;
    private long told;

    private Dumper(final Filter filter, final boolean isJson, final Consumer<String> out) {
        this.filter = filter;
        this.isJson = isJson;
        this.out = out;
    }

    /** Tells them; returns how many. */
    public static long dump(final Path data, final Filter filter, final boolean isJson, final Consumer<String> out) throws IOException, ReplayException {
        return new Dumper(filter, isJson, out).run(data);
    }

    /** Number of a kind of command by its name. */
    public static int kind(final String name) throws ReplayException {
        final int templateId = Commands.templateId(name);
        if (templateId < 0) {
            throw ReplayException.usage("there is no kind of command " + name + "; there are " + Commands.names());
        }
        return templateId;
    }

    private long run(final Path data) throws IOException, ReplayException {
        final boolean isFromBegin = filter.fromSequence <= 0 && filter.from == Long.MIN_VALUE;
        if (filter.account != 0) {
            try (Rerun opened = isFromBegin ? Rerun.open(data) : Rerun.openBefore(data, filter.from == Long.MIN_VALUE
                ? new Moment(Long.MIN_VALUE, filter.fromSequence) : new Moment(filter.from, 0))) {
                rerun = opened;
                rerun.watch(this);
                while (isWanted(rerun.journal().timestampNs(), rerun.journal().lastSequence()) && rerun.next()) {
                    continue;
                }
            }
        } else {
            final KeptJournal kept = KeptJournal.of(data);
            if (!kept.isWhole() && !isFromBegin && kept.snapshots().stream().noneMatch(this::isBefore)) {
                throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the begin of the span is before what is kept: " + Rerun.tell(kept));
            }
            try (PublishedJournal journal = kept.open(this::isBefore)) {
                final Listing listing = new Listing(this);
                while (isWanted(journal.timestampNs(), journal.lastSequence()) && journal.next()) {
                    if (journal.timestampNs() >= filter.from && journal.timestampNs() < filter.to && journal.lastSequence() >= filter.fromSequence) {
                        journal.replay(listing);
                    }
                }
            }
        }
        return told;
    }

    private boolean isBefore(final SnapshotPosition position) {
        return position.timestampNs() < filter.from || position.sequence() < filter.fromSequence;
    }

    private boolean isWanted(final long lastNs, final long lastSequence) {
        return lastNs < filter.to && lastSequence < filter.toSequence;
    }

    /** Hands commands on as they lie in the journal. */
    private record Listing(Dumper dumper, long[] place) implements ReplayTarget {
        Listing(final Dumper dumper) {
            this(dumper, new long[2]);
        }

        @Override
        public void onEntry(final long firstSequence, final int count, final long timestampNs) {
            place[0] = firstSequence;
            place[1] = timestampNs;
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            dumper.tell(place[0]++, place[1], templateId, participantId, command, offset, length, result);
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            // Nothing was executed.
        }
    }

    @Override
    public void beforeCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                              final DirectBuffer command, final int offset, final int length) {
        legsSeen = rerun.view().ledger().end();
    }

    @Override
    public void afterCommand(final long sequence, final long timestampNs, final int templateId, final int participantId,
                             final DirectBuffer command, final int offset, final int length, final int result) {
        if (touchesAccount(sequence, templateId, command, offset)) {
            tell(sequence, timestampNs, templateId, participantId, command, offset, length, result);
        }
    }

    private boolean touchesAccount(final long sequence, final int templateId, final DirectBuffer command, final int offset) {
        if (templateId == TransferDecoder.TEMPLATE_ID && (command.getLong(offset + TransferDecoder.debitAccountIdEncodingOffset(), ORDER) == filter.account
            || command.getLong(offset + TransferDecoder.creditAccountIdEncodingOffset(), ORDER) == filter.account)) {
            return true;
        }
        final LedgerView ledger = rerun.view().ledger();
        for (long place = legsSeen; place < ledger.end(); place++) {
            final LedgerView.Leg leg = ledger.leg(place);
            if (leg != null && leg.sequence() == sequence && (leg.debitAccountId() == filter.account || leg.creditAccountId() == filter.account)) {
                return true;
            }
        }
        return false;
    }

    private void tell(final long sequence, final long timestampNs, final int templateId, final int participantId, final DirectBuffer command,
                      final int offset, final int length, final int result) {
        if (timestampNs < filter.from || timestampNs >= filter.to || sequence < filter.fromSequence || sequence > filter.toSequence
            || filter.participant >= 0 && filter.participant != participantId || filter.templateId >= 0 && filter.templateId != templateId
            || filter.key != null && !matches(sequence, timestampNs, templateId, command, offset)) {
            return;
        }
        told++;
        if (isJson) {
            out.accept(Json.line(commands.toMap(sequence, timestampNs, templateId, participantId, command, offset, length, result)));
        } else {
            final StringBuilder line = new StringBuilder(String.format("%s %10d %5d  %-14s %-24s", Moment.text(timestampNs), sequence, participantId,
                Commands.name(templateId), Result.name(result)));
            commands.fields(templateId, command, offset, length).forEach((name, value) -> line.append("  ").append(name).append(' ').append(value));
            out.accept(line.toString());
        }
    }

    private boolean matches(final long sequence, final long timestampNs, final int templateId, final DirectBuffer command, final int offset) {
        if (filter.key.isTransfer()) {
            final int pending = offset + TransferDecoder.pendingIdEncodingOffset();
            return templateId == TransferDecoder.TEMPLATE_ID && (isKey(command.getLong(offset, ORDER), command.getLong(offset + Long.BYTES, ORDER))
                || isKey(command.getLong(pending, ORDER), command.getLong(pending + Long.BYTES, ORDER)));
        }
        if (templateId != PaymentDecoder.TEMPLATE_ID) {
            return false;
        }
        payment.wrap(command, offset);
        return payment.hasRrn() ? isKey(payment.rrn0(), payment.rrn1() & 0xFFFF_FFFFL)
            : isKey(MadeReference.head(timestampNs, sequence), MadeReference.tail(sequence) & 0xFFFF_FFFFL);
    }

    private boolean isKey(final long hi, final long lo) {
        return hi == filter.key.hi() && lo == filter.key.lo();
    }
}
