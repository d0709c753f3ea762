package io.daybreak.matching;

import io.daybreak.memory.Hashing;

/**
 * Hashes of the memory of ids. The same on every machine and every Java version: digests depend on them.
 */
final class Mix {
    private static final long A = 0x9E3779B97F4A7C15L;
    private static final long B = 0xD6E8FEB86659FD93L;
    private static final long C = 0xA0761D6478BD642FL;
    private static final long D = 0xE7037ED1A0B428DBL;

    private Mix() {
    }

    /** Where an id belongs in a slice whose salts are given. */
    static long ofId(final long idHi, final long idLo, final long saltHi, final long saltLo) {
        return Hashing.fold(Hashing.fold(idHi ^ saltHi, idLo ^ saltLo) ^ saltHi, A);
    }

    /** Hash of one record of up to three words; {@code kind} keeps records of different kinds apart. */
    static long ofRecord(final long kind, final long x, final long y, final long z) {
        return Hashing.fold(Hashing.fold(kind ^ A, x ^ B) ^ y ^ C, Hashing.fold(z ^ D, kind ^ C) ^ B);
    }

    /** Hash of one remembered id with all that is known of it. */
    static long ofEntry(final long participantId, final long idHi, final long idLo, final long fingerprintAndResult,
                        final long sequence, final long timestampNs, final long amount) {
        final long id = Hashing.fold(idHi ^ A, idLo ^ B);
        final long decided = Hashing.fold(sequence ^ C, timestampNs ^ D);
        final long contents = Hashing.fold(fingerprintAndResult ^ B, amount ^ A ^ participantId << 48);
        return Hashing.fold(id ^ contents ^ D, decided ^ Long.rotateLeft(contents, 32) ^ C);
    }
}
