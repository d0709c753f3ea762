package io.daybreak.loadtest.recording;

import io.daybreak.journal.DamagedJournalException;
import io.daybreak.journal.JournalException;
import io.daybreak.journal.replay.KeptJournal;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.FileUpdateDecoder;
import io.daybreak.protocol.codec.IssuerAnswerDecoder;
import io.daybreak.protocol.codec.IssuerLinkStatusDecoder;
import io.daybreak.protocol.codec.IssuerSendFailedDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.PutGrantDecoder;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.daybreak.protocol.codec.ReconciliationDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongHashSet;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a journal holds for who sends its traffic again, found in one pass over it. The journal holds what was decided, each once: repeats, and what was
 * answered as not decided, left no trace and are not part of any recording. Immutable.
 *
 * @param data          the data directory that was read
 * @param firstSequence of the traffic
 * @param lastSequence  of the traffic
 * @param firstNs       command time of its first transfer, Unix nanoseconds
 * @param lastNs        of its last one
 * @param transfers     of the traffic
 * @param longestChain  members of the longest linked chain
 * @param payers        codes of the participants that sent it, by their ids
 * @param accounts      that its transfers name, ascending
 * @param results       how often each result came, of the traffic
 * @param setUp         what is made before it
 * @param notSent       what is not sent again, by kind
 */
public record Recording(Path data, long firstSequence, long lastSequence, long firstNs, long lastNs, long transfers, int longestChain,
                        Map<Integer, String> payers, long[] accounts, Map<Integer, Long> results, SetUpCounts setUp, List<NotSent> notSent) {
    /** What a switch needs before the traffic begins. @param transfers those of operators, made before it */
    public record SetUpCounts(long participants, long grants, long accounts, long transfers) {
    }

    /** Commands that are not sent again. @param kind as in the schema @param why whose they are */
    public record NotSent(String kind, String why, long count) {
    }

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /**
     * Reads all of a journal, of a switch that runs or of none.
     *
     * @param from sequence with which the traffic begins; 0: with the first transfer of a participant that is no operator
     * @throws RecordingException if there is nothing that could be sent again, saying why
     */
    public static Recording of(final Path data, final long from) throws RecordingException {
        if (!Files.isDirectory(data)) {
            throw new RecordingException("there is no directory " + data);
        }
        final Pass pass = new Pass(from);
        try {
            final KeptJournal kept = KeptJournal.of(data);
            if (!kept.isWhole()) {
                throw new RecordingException("the journal in " + data + " begins with sequence " + kept.firstSequence() + ", what was before has been released: "
                    + "its traffic needs the state of a snapshot, which a fresh switch does not have");
            }
            try (PublishedJournal journal = PublishedJournal.open(data)) {
                while (journal.next()) {
                    journal.replay(pass);
                }
                if (journal.entryNumber() == 0) {
                    throw new RecordingException("the journal in " + data + " is empty");
                }
            }
        } catch (final NoSuchFileException ex) {
            throw new RecordingException(data + " is no data directory of a switch: it has no journal/queue");
        } catch (final JournalException ex) {
            throw new RecordingException("the journal in " + data + " cannot be read: " + ex.getMessage()
                + (ex instanceof DamagedJournalException ? "; run verify" : ""));
        } catch (final IOException ex) {
            throw new RecordingException("the journal in " + data + " cannot be read: " + ex);
        }
        return pass.end(data, from);
    }

    /** How long the traffic took, from its first transfer to its last, nanoseconds. */
    public long spanNs() {
        return lastNs - firstNs;
    }

    /** One walk over the journal. */
    private static final class Pass implements ReplayTarget {
        private final CommandSorter sorter;
        private final Map<Integer, String> codes = new TreeMap<>();
        private final Map<Integer, String> payers = new TreeMap<>();
        private final LongHashSet accounts = new LongHashSet(0);
        private final long[] results = new long[1 << Short.SIZE];
        private final Map<Integer, long[]> notSent = new TreeMap<>();
        private final Map<Integer, Boolean> isSystems = new TreeMap<>();
        private long sequence;
        private long timestampNs;
        private long firstSequence;
        private long lastSequence;
        private long firstNs;
        private long lastNs;
        private long transfers;
        private int chain;
        private int longestChain = 1;
        private long participants;
        private long grants;
        private long newAccounts;
        private long setUpTransfers;

        Pass(final long from) {
            sorter = new CommandSorter(from);
            codes.put(Participants.FIRST_OPERATOR, "OPERATOR");
        }

        @Override
        public void onEntry(final long first, final int count, final long entryNs) {
            sequence = first - 1;
            timestampNs = entryNs;
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            sequence++;
            if (templateId == PutParticipantDecoder.TEMPLATE_ID) {
                final PutParticipantDecoder put = new PutParticipantDecoder().wrap(command, offset, length, PutParticipantDecoder.SCHEMA_VERSION);
                codes.put((int) put.participantId(), put.participantCode());
            }
            switch (sorter.sort(sequence, templateId, participantId, command, offset, result)) {
                case TRAFFIC -> traffic(participantId, command, offset, result);
                case SET_UP -> {
                    participants += templateId == PutParticipantDecoder.TEMPLATE_ID ? 1 : 0;
                    grants += templateId == PutGrantDecoder.TEMPLATE_ID ? 1 : 0;
                    newAccounts += templateId == AccountDecoder.TEMPLATE_ID ? 1 : 0;
                    setUpTransfers += templateId == TransferDecoder.TEMPLATE_ID ? 1 : 0;
                }
                default -> {
                    notSent.computeIfAbsent(templateId, id -> new long[1])[0]++;
                    isSystems.merge(templateId, participantId == Participants.SYSTEM, Boolean::logicalAnd);
                }
            }
        }

        private void traffic(final int participantId, final DirectBuffer command, final int offset, final int result) {
            if (transfers == 0) {
                firstSequence = sequence;
                firstNs = timestampNs;
            }
            transfers++;
            lastSequence = sequence;
            lastNs = timestampNs;
            results[result]++;
            payers.computeIfAbsent(participantId, codes::get);
            addAccount(command.getLong(offset + TransferDecoder.debitAccountIdEncodingOffset(), ORDER));
            addAccount(command.getLong(offset + TransferDecoder.creditAccountIdEncodingOffset(), ORDER));
            chain++;
            if ((command.getShort(offset + TransferDecoder.flagsEncodingOffset(), ORDER) & TransferFlags.LINKED) == 0) {
                longestChain = Math.max(longestChain, chain);
                chain = 0;
            }
        }

        private void addAccount(final long id) {
            if (id != 0) {
                accounts.add(id);
            }
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            // Nothing is executed.
        }

        Recording end(final Path data, final long from) throws RecordingException {
            if (transfers == 0) {
                throw new RecordingException("the journal in " + data + " ends at sequence " + sequence + " and has no transfer "
                    + (from > 0 ? "from sequence " + from + " on" : "of a participant other than an operator; --from says where its traffic begins"));
            }
            final long[] named = new long[accounts.size()];
            final LongHashSet.LongIterator iterator = accounts.iterator();
            for (int i = 0; i < named.length; i++) {
                named[i] = iterator.nextValue();
            }
            Arrays.sort(named);
            final Map<Integer, Long> counts = new TreeMap<>();
            for (int result = 0; result < results.length; result++) {
                if (results[result] > 0) {
                    counts.put(result, results[result]);
                }
            }
            return new Recording(data, firstSequence, lastSequence, firstNs, lastNs, transfers, longestChain, Map.copyOf(payers), named, counts,
                new SetUpCounts(participants, grants, newAccounts, setUpTransfers), notSent());
        }

        private List<NotSent> notSent() throws RecordingException {
            final CommandNames names;
            try {
                names = new CommandNames();
            } catch (final IOException ex) {
                throw new RecordingException(ex.getMessage());
            }
            final List<NotSent> list = new ArrayList<>();
            notSent.forEach((templateId, count) -> list.add(new NotSent(names.of(templateId), why(templateId), count[0])));
            return List.copyOf(list);
        }

        private String why(final int templateId) {
            if (isSystems.get(templateId)) {
                return "the switch's own";
            }
            return switch (templateId) {
                case PaymentDecoder.TEMPLATE_ID, ReconciliationDecoder.TEMPLATE_ID, FileUpdateDecoder.TEMPLATE_ID -> "of ISO 8583 links";
                case IssuerAnswerDecoder.TEMPLATE_ID, IssuerLinkStatusDecoder.TEMPLATE_ID, IssuerSendFailedDecoder.TEMPLATE_ID -> "of issuers";
                default -> "operators'";
            };
        }
    }
}
