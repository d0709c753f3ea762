package io.daybreak.journal;

import java.util.SplittableRandom;

import io.daybreak.port.Journal;
import org.agrona.concurrent.UnsafeBuffer;

/** Plays ledger and durability thread: appends entries with known content and records what a replay must give. */
public final class JournalWriter {
    public final RecordingTarget expected = new RecordingTarget();
    private final Journal journal;
    private final SplittableRandom random;
    private final UnsafeBuffer command = new UnsafeBuffer(new byte[256]);
    private long sequence;
    private long timestampNs;

    public JournalWriter(final RecoveredJournal recovered, final long seed) {
        journal = recovered.journal();
        random = new SplittableRandom(seed);
        sequence = recovered.report().lastSequence();
        timestampNs = Math.max(recovered.report().lastTimestampNs(), 1_790_000_000_000_000_000L);
    }

    /** From now on behind this sequence and time: the journal was another one's until now. */
    public void continueBehind(final long lastSequence, final long lastTimestampNs) {
        sequence = lastSequence;
        timestampNs = lastTimestampNs;
    }

    /** One entry of that many commands, transfers mostly. */
    public void entry(final int count) {
        timestampNs += 1 + random.nextInt(3_000_000);
        journal.beginEntry(sequence + 1, timestampNs);
        expected.onEntry(sequence + 1, count, timestampNs);
        for (int i = 0; i < count; i++) {
            int template = Commands.TRANSFER;
            int length = Commands.TRANSFER_LENGTH;
            final int participant = 1 + random.nextInt(3);
            final int result = random.nextInt(10) == 0 ? 91 : 0;
            switch (random.nextInt(20)) {
                case 0 -> {
                    template = Commands.ACCOUNT;
                    length = 1 + random.nextInt(128);
                    for (int at = 0; at < length; at++) {
                        command.putByte(at, (byte) random.nextInt());
                    }
                }
                case 1 -> Commands.anyTransfer(command, 0, random);
                default -> Commands.ordinaryTransfer(command, 0, random, timestampNs / 1_000_000);
            }
            journal.add(template, participant, command, 0, length, result);
            expected.onCommand(template, participant, command, 0, length, result);
        }
        final long digest = random.nextLong();
        journal.endEntry(digest);
        expected.onEntryEnd(digest);
        sequence += count;
    }

    /** Entries of up to that many commands, synced now and then. */
    public void entries(final int entries, final int mostCommands) {
        for (int i = 0; i < entries; i++) {
            entry(random.nextInt(mostCommands + 1));
            if (random.nextInt(4) == 0) {
                journal.sync();
            }
        }
        journal.sync();
    }

    public long sequence() {
        return sequence;
    }
}
