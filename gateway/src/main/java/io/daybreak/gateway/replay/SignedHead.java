package io.daybreak.gateway.replay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A signed statement of where a journal ends: entry, sequence, time, chain hash, state digest, and the root of the tree of receipts if there is one. Whoever
 * keeps it can prove later that everything up to there is what it was.
 * <p>
 * A text file of lines {@code name: value}; the signature (Ed25519, base64) is over all bytes before its own line. Rule: docs/replay.md, "Statements".
 * Immutable.
 */
public final class SignedHead {
    private static final String FIRST_LINE = "daybreak-statement: 1";
    private static final String SIGNATURE = "signature: ";
    private static final String ALGORITHM = "Ed25519";
    private static final long MOST_BYTES = 64 << 10;

    private final Map<String, String> fields;
    private final String text;

    private SignedHead(final String text, final Map<String, String> fields) {
        this.text = text;
        this.fields = fields;
    }

    /** Makes a statement; {@code root} is null where receipts are not kept. */
    static SignedHead sign(final Verifier.Head head, final String root, final String signedAt, final PrivateKey key) {
        final StringBuilder body = new StringBuilder(FIRST_LINE).append('\n');
        line(body, "entry", head.entry());
        line(body, "sequence", head.sequence());
        line(body, "time", Moment.text(head.timestampNs()));
        line(body, "incarnation", head.incarnation());
        line(body, "epoch", head.epoch());
        line(body, "chain-hash", HexFormat.of().formatHex(head.chainHash()));
        line(body, "state-digest", HexFormat.of().toHexDigits(head.stateDigest()));
        if (root != null) {
            line(body, "receipts-root", root);
        }
        line(body, "signed-at", signedAt);
        try {
            final Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(body.toString().getBytes(StandardCharsets.US_ASCII));
            body.append(SIGNATURE).append(Base64.getEncoder().encodeToString(signature.sign())).append('\n');
            return parse(body.toString());
        } catch (final GeneralSecurityException | ReplayException ex) {
            throw new IllegalStateException("every Java platform signs with Ed25519", ex);
        }
    }

    private static void line(final StringBuilder body, final String name, final Object value) {
        body.append(name).append(": ").append(value).append('\n');
    }

    /** Reads a statement; its signature is looked at by {@link #check}. */
    public static SignedHead parse(final String text) throws ReplayException {
        final Map<String, String> fields = new LinkedHashMap<>();
        if (!text.startsWith(FIRST_LINE + "\n") || !text.endsWith("\n")) {
            throw ReplayException.usage("this is no statement: it does not begin with " + FIRST_LINE);
        }
        for (final String line : text.split("\n")) {
            final int colon = line.indexOf(": ");
            if (colon < 1 || fields.put(line.substring(0, colon), line.substring(colon + 2)) != null) {
                throw ReplayException.usage("this is no statement: \"" + line + "\" is no line of one");
            }
        }
        final SignedHead statement = new SignedHead(text, fields);
        if (!fields.containsKey("signature") || !text.substring(0, text.length() - 1).endsWith(SIGNATURE + fields.get("signature"))) {
            throw ReplayException.usage("this is no statement: the signature is not its last line");
        }
        statement.number("entry");
        statement.number("sequence");
        statement.field("chain-hash");
        statement.field("state-digest");
        return statement;
    }

    /** Reads a file. */
    public static SignedHead read(final Path file) throws IOException, ReplayException {
        return parse(readSmall(file));
    }

    static String readSmall(final Path file) throws IOException, ReplayException {
        if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
            throw ReplayException.usage(file + " is no file of at most " + MOST_BYTES + " bytes");
        }
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    /** Proves that the holder of the key signed it. */
    public void check(final PublicKey key) throws ReplayException {
        try {
            final Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(text.substring(0, text.lastIndexOf(SIGNATURE)).getBytes(StandardCharsets.ISO_8859_1));
            if (!signature.verify(Base64.getDecoder().decode(field("signature")))) {
                throw notSigned();
            }
        } catch (final GeneralSecurityException | IllegalArgumentException ex) {
            throw notSigned();
        }
    }

    private static ReplayException notSigned() {
        return new ReplayException(ReplayException.Reason.NOT_PROVEN, "the statement is not signed by this key, or it was changed");
    }

    /** What of a journal's head, at the entry of this statement, is not as it says; null if all is. */
    String difference(final Verifier.Head head) {
        if (!HexFormat.of().formatHex(head.chainHash()).equals(fields.get("chain-hash"))) {
            return "the chain hash of entry " + head.entry() + " is " + HexFormat.of().formatHex(head.chainHash()) + ", the statement says "
                + fields.get("chain-hash");
        }
        if (head.sequence() != sequence() || !HexFormat.of().toHexDigits(head.stateDigest()).equals(fields.get("state-digest"))) {
            return "sequence or state digest of entry " + head.entry() + " are not those of the statement";
        }
        return null;
    }

    /** Last entry that it speaks of. */
    public long entry() {
        return Long.parseLong(fields.get("entry"));
    }

    /** Last sequence. */
    public long sequence() {
        return Long.parseLong(fields.get("sequence"));
    }

    /** Root of the tree of receipts up to that sequence, or null. */
    public String receiptsRoot() {
        return fields.get("receipts-root");
    }

    /** When it was signed, as its signer says. */
    public String signedAt() {
        return fields.getOrDefault("signed-at", "");
    }

    /** The file's text. */
    public String text() {
        return text;
    }

    private String field(final String name) throws ReplayException {
        final String value = fields.get(name);
        if (value == null) {
            throw ReplayException.usage("this is no statement: the line " + name + " is missing");
        }
        return value;
    }

    private void number(final String name) throws ReplayException {
        if (!field(name).matches("\\d{1,18}")) {
            throw ReplayException.usage("this is no statement: " + name + " is no number");
        }
    }

    // ---- Keys ----

    /** The private key of a PEM file (PKCS 8) that only its owner may read. */
    public static PrivateKey privateKey(final Path file) throws IOException, ReplayException {
        final byte[] der = pem(file, "PRIVATE KEY");
        if (Files.getPosixFilePermissions(file).stream().anyMatch(it -> it != PosixFilePermission.OWNER_READ && it != PosixFilePermission.OWNER_WRITE)) {
            throw ReplayException.usage(file + " may be read by others; chmod 600 it");
        }
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (final GeneralSecurityException ex) {
            throw ReplayException.usage(file + " holds no private key of Ed25519");
        }
    }

    /** The public key of a PEM file. */
    public static PublicKey publicKey(final Path file) throws IOException, ReplayException {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(pem(file, "PUBLIC KEY")));
        } catch (final GeneralSecurityException ex) {
            throw ReplayException.usage(file + " holds no public key of Ed25519");
        }
    }

    /** First 16 hexadecimal digits of the SHA-256 of a public key, for people to compare. */
    public static String fingerprint(final PublicKey key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded())).substring(0, 16);
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("every Java platform has SHA-256", ex);
        }
    }

    private static byte[] pem(final Path file, final String label) throws IOException, ReplayException {
        final String text = readSmall(file);
        final String begin = "-----BEGIN " + label + "-----";
        final int from = text.indexOf(begin);
        final int to = text.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw ReplayException.usage(file + " is no PEM file with a " + label.toLowerCase(Locale.ROOT));
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
        } catch (final IllegalArgumentException ex) {
            throw ReplayException.usage(file + " is no PEM file");
        }
    }
}
