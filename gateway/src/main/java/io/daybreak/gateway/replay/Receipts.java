package io.daybreak.gateway.replay;

import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.gateway.index.Merkle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Receipts: what the journal holds of a payment, each record with its way to the root that a signed statement names. Whoever has the receipt and the public
 * key checks it without the journal and without trust in the switch. Rule: docs/replay.md, "Receipts".
 */
public final class Receipts {
    private static final long VERSION = 1;

    private Receipts() {
    }

    /** Makes the receipt of a payment as far as a statement reaches. */
    public static Map<String, Object> make(final Path data, final PaymentKey key, final SignedHead statement) throws IOException, ReplayException {
        final JournalIndex index = JournalIndex.open(data);
        if (index == null || statement.receiptsRoot() == null) {
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, index == null ? "there is no index; build it with: daybreak.jar index --data " + data
                : "the statement has no root of receipts: when it was signed there was no index, or none that reached the kept files");
        }
        final TreeSet<Long> sequences = new Finder(key).find(data);
        final List<Map<String, Object>> records = new ArrayList<>();
        for (final long sequence : sequences.headSet(statement.sequence(), true)) {
            final JournalIndex.Proof proof = index.prove(sequence, statement.sequence(), new Commands()::record);
            final Map<String, Object> record = new LinkedHashMap<>();
            record.put("record", new String(proof.record(), StandardCharsets.UTF_8));
            record.put("salt", HexFormat.of().formatHex(proof.salt()));
            record.put("leaf", sequence - 1);
            record.put("path", proof.path().stream().map(HexFormat.of()::formatHex).toList());
            records.add(record);
        }
        if (records.isEmpty()) {
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, sequences.isEmpty() ? "the journal does not have " + key.text()
                : "the statement ends with sequence " + statement.sequence() + ", before the payment's sequence " + sequences.first() + "; sign a new one");
        }
        final Map<String, Object> receipt = new LinkedHashMap<>();
        receipt.put("daybreak-receipt", VERSION);
        receipt.put("id", key.text());
        receipt.put("records", records);
        receipt.put("statement", statement.text());
        for (final Map<String, Object> record : records) {
            if (!isProven(record, statement)) {
                throw new ReplayException(ReplayException.Reason.NOT_PROVEN, "the statement's root is not that of this journal and index; the receipt would"
                    + " prove nothing");
            }
        }
        return receipt;
    }

    /**
     * Checks a receipt without the journal.
     *
     * @return what it proves: the records
     * @throws ReplayException NOT_PROVEN if it proves nothing, USAGE if it is none
     */
    public static Map<String, Object> check(final String text, final PublicKey key) throws ReplayException {
        if (!(Json.read(text) instanceof Map<?, ?> receipt) || !Long.valueOf(VERSION).equals(receipt.get("daybreak-receipt"))
            || !(receipt.get("records") instanceof List<?> records) || records.isEmpty() || !(receipt.get("statement") instanceof String signed)
            || !(receipt.get("id") instanceof String id)) {
            throw ReplayException.usage("this is no receipt");
        }
        final SignedHead statement = SignedHead.parse(signed);
        statement.check(key);
        if (statement.receiptsRoot() == null) {
            throw new ReplayException(ReplayException.Reason.NOT_PROVEN, "the statement has no root of receipts");
        }
        final List<Object> proven = new ArrayList<>();
        for (final Object each : records) {
            if (!(each instanceof Map<?, ?> record) || !isProven(record, statement)) {
                throw new ReplayException(ReplayException.Reason.NOT_PROVEN, "a record does not lead to the root that was signed: it, or its way, was changed");
            }
            proven.add(Json.read((String) record.get("record")));
        }
        if (proven.stream().noneMatch(record -> names(record, id))) {
            throw new ReplayException(ReplayException.Reason.NOT_PROVEN, "none of its records names " + id);
        }
        final Map<String, Object> report = new LinkedHashMap<>();
        report.put("proven", true);
        report.put("id", id);
        report.put("signed-at", statement.signedAt());
        report.put("signed-by", SignedHead.fingerprint(key));
        report.put("up-to-sequence", statement.sequence());
        report.put("records", proven);
        return report;
    }

    private static boolean names(final Object record, final String id) {
        return record instanceof Map<?, ?> map && map.get("fields") instanceof Map<?, ?> fields
            && (id.equals(fields.get("id")) || id.equals(fields.get("hold")) || id.equals(fields.get("rrn")) || !fields.containsKey("id")
            && !fields.containsKey("rrn"));
    }

    private static boolean isProven(final Map<?, ?> record, final SignedHead statement) throws ReplayException {
        if (!(record.get("record") instanceof String text) || !(record.get("salt") instanceof String salt) || !(record.get("leaf") instanceof Long leaf)
            || !(record.get("path") instanceof List<?> path)) {
            throw ReplayException.usage("this is no receipt: a record is not whole");
        }
        try {
            final List<byte[]> hashes = new ArrayList<>();
            for (final Object hash : path) {
                hashes.add(HexFormat.of().parseHex(String.valueOf(hash)));
            }
            final byte[] root = HexFormat.of().parseHex(statement.receiptsRoot());
            final byte[] saltBytes = HexFormat.of().parseHex(salt);
            // Of another length, the border between salt and record could be moved.
            return saltBytes.length == Merkle.HASH_BYTES
                && Merkle.isProven(Merkle.leaf(saltBytes, text.getBytes(StandardCharsets.UTF_8)), leaf, statement.sequence(), hashes, root);
        } catch (final IllegalArgumentException ex) {
            return false;
        }
    }
}
