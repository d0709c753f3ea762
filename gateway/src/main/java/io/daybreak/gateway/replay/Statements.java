package io.daybreak.gateway.replay;

import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.gateway.index.ReceiptTree;
import io.daybreak.port.ReplayTarget;

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
    private final Path data;
    private final ReceiptTree tree;

    private Statements(final PrivateKey key, final Path out, final Path data, final JournalIndex index) {
        this.key = key;
        this.out = out;
        this.data = data;
        tree = index == null ? null : new ReceiptTree(index, new Commands()::record);
    }

    /** Reads the key and looks at the file before the long work begins. Without an index the statement has no root of receipts. */
    public static Statements prepare(final Path data, final Path keyFile, final Path out) throws IOException, ReplayException {
        if (Files.exists(out)) {
            throw new FileAlreadyExistsException(out.toString());
        }
        return new Statements(SignedHead.privateKey(keyFile), out, data, JournalIndex.open(data));
    }

    /** Takes the journal's commands, to make the root of them; null where there is no index. */
    public ReplayTarget leaves() {
        return tree;
    }

    /** Signs where a verified journal ends, and tells in the report which root of receipts that names, or why none. */
    public void sign(final Verifier verifier) throws IOException, ReplayException {
        final Verifier.Head head = verifier.head();
        if (head == null) {
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, "the journal is empty: there is nothing to sign");
        }
        final byte[] bytes = tree == null ? null : tree.root(head.sequence());
        final String root = bytes == null ? null : HexFormat.of().formatHex(bytes);
        if (root != null) {
            verifier.tell("receipts-root", root);
        } else {
            verifier.tell("no-receipts-root", tree == null ? "there is no index; build it with: daybreak.jar index --data " + data : tree.missing());
        }
        final SignedHead statement = SignedHead.sign(head, root, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), key);
        Files.writeString(out, statement.text(), StandardCharsets.US_ASCII, StandardOpenOption.CREATE_NEW);
    }
}
