package io.daybreak.gateway.replay;

import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.journal.DamagedJournalException;
import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.directory.Incarnation;
import io.daybreak.journal.replay.CommitLogAudit;
import io.daybreak.journal.replay.KeptJournal;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.machine.StateMachine;
import io.daybreak.pipeline.ReplayMismatchException;
import io.daybreak.port.ReplayTarget;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Proves a journal: checksums, numbers and the chain of hashes of every entry; by executing it again every result, and the digest of the state after every
 * entry; that debits equal credits in every currency after every entry; and at the end all tables and balances afresh. Then the snapshots
 * ({@link SnapshotAudit}) and the files beside the queue. A journal whose first files were released is proven from its oldest snapshot on. Changes
 * nothing. One thread, memory of one state.
 */
public final class Verifier {
    /** A finding beside a writing switch counts only if it stays. */
    private static final int LOOKS = 5;
    private static final long BETWEEN_LOOKS_NS = 20_000_000L;

    private final Path data;
    private final LongConsumer progress;
    private final ReplayTarget leaves;
    private final SignedHead against;
    private final Map<String, Object> report = new LinkedHashMap<>();
    private final List<Map<String, Object>> findings = new ArrayList<>();
    private Rerun rerun;
    private boolean againstSeen;
    private long sequence;
    private Head head;
    private SnapshotAudit snapshots;
    private long commands;

    /** Where a proven journal ends. */
    record Head(long entry, long sequence, long timestampNs, long incarnation, long epoch, byte[] chainHash, long stateDigest) {
    }

    /**
     * @param progress told the last sequence now and then
     * @param leaves   is handed everything as well, to make the leaves of receipts of it; or null
     * @param against  what an earlier statement said, or null
     */
    public Verifier(final Path data, final LongConsumer progress, final ReplayTarget leaves, final SignedHead against) {
        this.data = data;
        this.progress = progress;
        this.leaves = leaves;
        this.against = against;
    }

    /** Verifies; true if nothing was found. */
    public boolean run() throws IOException, ReplayException {
        final long begin = System.nanoTime();
        snapshots = new SnapshotAudit(data);
        queue();
        snapshots.run(this);
        report.put("snapshots", snapshots.good());
        files();
        final long millis = Math.max(1, (System.nanoTime() - begin) / 1_000_000L);
        report.put("verified", findings.isEmpty());
        report.put("commands", commands);
        report.put("milliseconds", millis);
        report.put("findings", findings);
        return findings.isEmpty();
    }

    private void queue() throws IOException, ReplayException {
        try (Rerun opened = Rerun.open(data)) {
            rerun = opened;
            sequence = rerun.machine().lastSequence();
            if (sequence > 0) {
                // The files before were released; the snapshot's tables are what stands for them.
                report.put("begins-behind-sequence", sequence);
                final SnapshotPosition start = rerun.start();
                head = new Head(start.entryNumber(), start.sequence(), start.timestampNs(), start.incarnation(), start.epoch(), start.chainHash(),
                    start.stateDigest());
                tables(rerun.machine());
            }
            snapshots.begin(rerun.start());
            while (rerun.next()) {
                if (!rerun.view().ledger().isConserved()) {
                    throw new IllegalStateException("debits and credits differ: money was made or lost");
                }
                sequence = rerun.journal().lastSequence();
                head = new Head(rerun.journal().entryNumber(), sequence, rerun.journal().timestampNs(), rerun.journal().incarnation(),
                    rerun.journal().epoch(), rerun.journal().chainHash(), rerun.journal().stateDigest());
                if (leaves != null) {
                    rerun.journal().replay(leaves);
                }
                commands += rerun.journal().count();
                snapshots.onEntry(head);
                compare();
                progress.accept(sequence);
            }
            tables(rerun.machine());
            if (against != null && !againstSeen && against.entry() <= rerun.start().entryNumber()) {
                throw new ReplayException(ReplayException.Reason.NOT_FOUND, "entry " + against.entry() + ", which the statement names, was released: "
                    + Rerun.tell(KeptJournal.of(data)));
            }
            if (against != null && !againstSeen) {
                find(sequence + 1, "statement", "it ends before entry " + against.entry() + ", sequence " + against.sequence() + ", which the statement names");
            }
            if (rerun.journal().entriesOfLog() > 0) {
                report.put("entries-of-commit-log", rerun.journal().entriesOfLog());
            }
        } catch (final DamagedJournalException ex) {
            find(ex.sequence(), ex.file().toString(), ex.finding());
        } catch (final ReplayMismatchException ex) {
            find(ex.sequence(), file(), ex.getMessage());
        } catch (final IllegalStateException | IndexOutOfBoundsException ex) {
            find(sequence + 1, file(), String.valueOf(ex.getMessage()));
        }
        if (head != null) {
            report.put("entry", head.entry);
            report.put("sequence", head.sequence);
            report.put("time", Moment.text(head.timestampNs));
            report.put("incarnation", head.incarnation);
            report.put("chain-hash", HexFormat.of().formatHex(head.chainHash));
            report.put("state-digest", HexFormat.of().toHexDigits(head.stateDigest));
        }
    }

    private String file() {
        return rerun == null ? data.toString() : rerun.journal().file().toString();
    }

    private void compare() {
        if (against != null && rerun.journal().entryNumber() == against.entry()) {
            againstSeen = true;
            final String difference = against.difference(head);
            if (difference != null) {
                find(head.sequence, "statement", difference);
            }
        }
    }

    private void tables(final StateMachine machine) {
        if (machine.computeDigest() != machine.digest()) {
            find(sequence, "state", "the digest of all tables is not the running one");
        }
        machine.checkConservation();
    }

    // ---- The files beside the queue ----

    private interface Look {
        String damage() throws IOException;
    }

    private void files() throws IOException {
        final DataDirectory names = DataDirectory.names(data);
        look(names.mark(), () -> DurableMark.damage(names.mark()));
        look(names.incarnation(), () -> {
            try {
                final long stored = Incarnation.read(names.incarnation());
                return head != null && stored != 0 && stored < head.incarnation ? "it says run " + stored + ", but entries are of run " + head.incarnation : null;
            } catch (final RecoveryRefusedException ex) {
                return "the number of the run cannot be read";
            }
        });
        look(names.journal(), () -> CommitLogAudit.damage(data));
        JournalIndex.damage(data).forEach(damage -> find(sequence, data.resolve("index").toString(), damage));
    }

    private void look(final Path file, final Look look) throws IOException {
        String damage = look.damage();
        for (int i = 1; i < LOOKS && damage != null; i++) {
            LockSupport.parkNanos(BETWEEN_LOOKS_NS);
            damage = look.damage();
        }
        if (damage != null) {
            find(sequence, file.toString(), damage);
        }
    }

    /** Adds what another part found, such as the index. */
    public void find(final long atSequence, final String file, final String text) {
        final Map<String, Object> finding = new LinkedHashMap<>();
        finding.put("sequence", atSequence);
        finding.put("file", file);
        finding.put("text", text);
        findings.add(finding);
    }

    /** Adds a line to the report. */
    void tell(final String name, final String value) {
        report.put(name, value);
    }

    /** Where the journal ends; null if nothing of it could be read. */
    Head head() {
        return head;
    }

    /** The report, for a program. */
    public Map<String, Object> toMap() {
        return report;
    }

    /** The report, for a person. */
    public String toText() {
        final StringBuilder text = new StringBuilder();
        text.append(findings.isEmpty() ? "VERIFIED" : "DAMAGED").append("  ").append(data).append('\n');
        report.forEach((name, value) -> {
            if (!name.equals("verified") && !name.equals("findings") && !name.equals("milliseconds")) {
                text.append(String.format("  %-22s %s%n", name, value));
            }
        });
        final long millis = (long) report.get("milliseconds");
        text.append(String.format("  %-22s %d ms, %d commands a second%n", "took", millis, commands * 1000 / millis));
        findings.forEach(finding -> text.append(String.format("  FOUND  sequence %s  %s: %s%n", finding.get("sequence"), finding.get("file"), finding.get("text"))));
        return text.toString();
    }
}
