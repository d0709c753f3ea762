package io.daybreak.gateway.replay;

import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.gateway.index.Leaves;
import io.daybreak.port.ReplayTarget;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PrivateKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/** Makes a signed statement of a journal while it is verified. One thread. */
public final class Statements {
    private final PrivateKey key;
    private final Path out;
    private final JournalIndex index;
    private final Leaves leaves = new Leaves();

    private Statements(final PrivateKey key, final Path out, final JournalIndex index) {
        this.key = key;
        this.out = out;
        this.index = index;
    }

    /** Reads the key and looks at the file before the long work begins. Without an index the statement has no root of receipts. */
    public static Statements prepare(final Path data, final Path keyFile, final Path out) throws IOException, ReplayException {
        if (Files.exists(out)) {
            throw new FileAlreadyExistsException(out.toString());
        }
        return new Statements(SignedHead.privateKey(keyFile), out, JournalIndex.open(data));
    }

    /** Takes the journal's commands, to make the root of them; null where there is no index. */
    public ReplayTarget leaves() {
        return index == null ? null : new Taker();
    }

    /** Signs where a verified journal ends. */
    public void sign(final Verifier verifier) throws IOException, ReplayException {
        final Verifier.Head head = verifier.head();
        if (head == null) {
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the journal is empty: there is nothing to sign");
        }
        final byte[] root = index == null ? null : leaves.root();
        final SignedHead statement = SignedHead.sign(head, root == null ? null : HexFormat.of().formatHex(root),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), key);
        Files.writeString(out, statement.text(), StandardCharsets.US_ASCII, StandardOpenOption.CREATE_NEW);
    }

    private final class Taker implements ReplayTarget {
        private final Commands commands = new Commands();
        private long sequence;
        private long timestampNs;

        @Override
        public void onEntry(final long firstSequence, final int count, final long entryNs) {
            sequence = firstSequence;
            timestampNs = entryNs;
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            leaves.add(index.leaf(sequence, commands.record(sequence, timestampNs, templateId, participantId, command, offset, length, result)));
            sequence++;
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            // Another one executes it.
        }
    }
}
