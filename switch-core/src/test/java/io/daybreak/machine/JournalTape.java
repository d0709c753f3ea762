package io.daybreak.machine;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.model.Answer;
import io.daybreak.model.Command;
import io.daybreak.model.Ledger;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the ledger stage would journal of a state machine at work, kept in memory, and its replay: an entry is kept if it
 * has a journaled command or swept a deadline; a command is journaled if it was decided, and decided now.
 */
final class JournalTape implements Ledger {
    private static final int BODY_BYTES = 288;

    private final MachineRig rig;
    private final List<Entry> entries = new ArrayList<>();
    private final MutableDirectBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(BODY_BYTES));
    private Entry open;

    JournalTape(final MachineRig rig) {
        this.rig = rig;
    }

    List<Entry> entries() {
        return entries;
    }

    @Override
    public void beginEntry(final long timestampNs) {
        end();
        rig.beginEntry(timestampNs);
        open = new Entry(timestampNs, new ArrayList<>());
        open.firstSequence = rig.lastSequence() + 1;
    }

    /** Ends the entry that is open. */
    void end() {
        if (open != null) {
            open.swept = rig.machine.sweptInEntry();
            open.digest = rig.machine.digest();
            if (!open.commands.isEmpty() || open.swept > 0) {
                entries.add(open);
            }
            open = null;
        }
    }

    @Override
    public Answer apply(final int participantId, final Command command) {
        final long digest = rig.machine.digest();
        final Answer answer = rig.apply(participantId, command);
        checkTrace(digest, answer, command);
        record(participantId, command, answer);
        return answer;
    }

    @Override
    public List<Answer> applyChain(final int participantId, final List<TransferCommand> members) {
        final long digest = rig.machine.digest();
        final List<Answer> answers = rig.applyChain(participantId, members);
        checkTrace(digest, answers.get(0), members);
        for (int i = 0; i < members.size(); i++) {
            record(participantId, members.get(i), answers.get(i));
        }
        return answers;
    }

    /** What is not journaled leaves no trace in the digest; what is, does. */
    private void checkTrace(final long digestBefore, final Answer answer, final Object command) {
        if ((rig.machine.digest() != digestBefore) != answer.isJournaled()) {
            throw new AssertionError("digest " + (answer.isJournaled() ? "unchanged" : "changed") + " by " + command + ": " + answer);
        }
    }

    private void record(final int participantId, final Command command, final Answer answer) {
        if (answer.isJournaled()) {
            final byte[] body = new byte[command.encode(scratch, 0)];
            scratch.getBytes(0, body);
            open.commands.add(new Journaled(command.templateId(), participantId, body, answer.result()));
        }
    }

    @Override
    public long lastSequence() {
        return rig.lastSequence();
    }

    /** Digest after the last entry: that of the machine, unless an entry that came to nothing has advanced its time. */
    long lastDigest() {
        return entries.get(entries.size() - 1).digest;
    }

    /** A number that is the same for the same journal. */
    long contentsHash() {
        long hash = 0;
        for (final Entry entry : entries) {
            hash = 31 * hash + entry.timestampNs;
            for (final Journaled command : entry.commands) {
                hash = 31 * hash + command.templateId * 65_537L + command.participantId;
                for (final byte b : command.body) {
                    hash = 31 * hash + b;
                }
            }
        }
        return hash;
    }

    /** Replays everything into a fresh machine; results, sequences, sweeps and digests must be the same at every entry. */
    StateMachine replay() {
        final StateMachine machine = new StateMachine(new CollectedSlabs());
        replayInto(machine);
        return machine;
    }

    void replayInto(final StateMachine machine) {
        replayInto(machine, 0, entries.size());
    }

    /** Replays some of the entries, into a machine that has applied those before. */
    void replayInto(final StateMachine machine, final int from, final int to) {
        final MutableDirectBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 18));
        final Outcome outcome = new Outcome();
        for (int i = from; i < to; i++) {
            final Entry entry = entries.get(i);
            final String where = "entry " + i + " of " + entries.size() + ", from sequence " + entry.firstSequence;
            machine.beginEntry(entry.timestampNs);
            int place = 0;
            while (place < entry.commands.size()) {
                final Journaled command = entry.commands.get(place);
                if (command.isLinked()) {
                    place = replayChain(machine, entry, place, buffer, where);
                } else {
                    buffer.putBytes(0, command.body);
                    machine.apply(command.templateId, command.participantId, buffer, 0, command.body.length, outcome);
                    check(command, outcome, entry.firstSequence + place, where);
                    place++;
                }
            }
            assertThat(machine.sweptInEntry()).as("swept in " + where).isEqualTo(entry.swept);
            assertThat(machine.digest()).as("digest after " + where).isEqualTo(entry.digest);
        }
    }

    private static int replayChain(final StateMachine machine, final Entry entry, final int first,
                                   final MutableDirectBuffer buffer, final String where) {
        int end = first;
        while (entry.commands.get(end).isLinked()) {
            end++;
        }
        end++;
        final List<Outcome> outcomes = new ArrayList<>();
        machine.applyChainBegin(entry.commands.get(first).participantId, end - first);
        for (int i = first; i < end; i++) {
            final byte[] body = entry.commands.get(i).body;
            buffer.putBytes((i - first) * BODY_BYTES, body);
            outcomes.add(new Outcome());
            machine.applyChainMember(buffer, (i - first) * BODY_BYTES, outcomes.get(i - first));
        }
        machine.applyChainEnd();
        for (int i = first; i < end; i++) {
            check(entry.commands.get(i), outcomes.get(i - first), entry.firstSequence + i, where);
        }
        return end;
    }

    private static void check(final Journaled command, final Outcome outcome, final long sequence, final String where) {
        if (outcome.result != command.result || outcome.sequence != sequence || outcome.flags != 0) {
            assertThat(Answer.of(outcome)).as("command " + sequence + ", " + Arrays.toString(command.body) + " in " + where)
                .isEqualTo(new Answer(command.result, 0, outcome.amountMinor, sequence, outcome.timestampNs));
        }
    }

    /** One journal entry. */
    static final class Entry {
        final long timestampNs;
        final List<Journaled> commands;
        long firstSequence;
        long digest;
        int swept;

        Entry(final long timestampNs, final List<Journaled> commands) {
            this.timestampNs = timestampNs;
            this.commands = commands;
        }
    }

    /** One journaled command. */
    record Journaled(int templateId, int participantId, byte[] body, int result) {
        boolean isLinked() {
            return templateId == TransferDecoder.TEMPLATE_ID
                && (new TransferDecoder().wrap(new UnsafeBuffer(body), 0, body.length, 1).flags() & TransferFlags.LINKED) != 0;
        }
    }
}
