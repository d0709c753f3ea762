package io.daybreak.participant;

import io.daybreak.memory.Hashing;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;

import java.util.Arrays;

/**
 * The participants and their grants: who may debit and read which accounts. The state machine asks here for every
 * command; what a gateway believes does not count.
 * <p>
 * At most {@link #MAX_PARTICIPANTS} participants with {@link #MAX_GRANTS} grants each. Ledger thread only.
 */
public final class ParticipantTable implements Stateful {
    /** Most participants of a switch. */
    public static final int MAX_PARTICIPANTS = 1_024;
    /** Most grants of a participant. */
    public static final int MAX_GRANTS = 256;
    /** No such participant. */
    public static final int NOT_FOUND = -1;

    private final short[] indexById = new short[Participants.MAX_ID + 1];
    private final Participant[] participants = new Participant[MAX_PARTICIPANTS];
    private int count;
    private long digest;

    /** Participants in the table. */
    public int count() {
        return count;
    }

    /** Index of a participant, or {@link #NOT_FOUND}. Ids beyond the range are not found. */
    public int find(final int participantId) {
        return participantId < 0 || participantId > Participants.MAX_ID ? NOT_FOUND : indexById[participantId] - 1;
    }

    /** Index of the participant with a code, or {@link #NOT_FOUND}. Cold path. */
    public int findByCode(final long codeFirst, final long codeLast) {
        for (int i = 0; i < count; i++) {
            if (participants[i].codeFirst == codeFirst && participants[i].codeLast == codeLast) {
                return i;
            }
        }
        return NOT_FOUND;
    }

    /** The participant at an index. */
    public int participantId(final int index) {
        return participants[index].id;
    }

    /** Bits of {@link Participants}. */
    public int roles(final int index) {
        return participants[index].roles;
    }

    /** Names the participant's secret. */
    public int keyId(final int index) {
        return participants[index].keyId;
    }

    /** Transfer ids remembered for it. */
    public long idCapacity(final int index) {
        return participants[index].idCapacity;
    }

    /** First eight bytes of the code, as they lie in the message. */
    public long codeFirst(final int index) {
        return participants[index].codeFirst;
    }

    /** Last eight bytes of the code. */
    public long codeLast(final int index) {
        return participants[index].codeLast;
    }

    /** True if the participant may submit and query. */
    public boolean isActive(final int index) {
        return (participants[index].roles & Participants.ROLE_ACTIVE) != 0;
    }

    /** True if the participant may administer, and debit and read every account. */
    public boolean isOperator(final int index) {
        return (participants[index].roles & Participants.ROLE_OPERATOR) != 0;
    }

    /** Requests a second that links take from it; 0: any number. The state machine itself refuses nothing for it. */
    public int requestsPerSecond(final int index) {
        return participants[index].requestsPerSecond;
    }

    /** Milliseconds of that rate that may come at once; 0: a second's. */
    public int burstMs(final int index) {
        return participants[index].burstMs;
    }

    /** Creates or changes a participant, without a rate. The caller has checked the contents. */
    public int put(final int participantId, final int roles, final int keyId, final long idCapacity, final long codeFirst,
                   final long codeLast) {
        return put(participantId, roles, keyId, idCapacity, codeFirst, codeLast, 0, 0);
    }

    /** Creates or changes a participant. The caller has checked the contents. */
    public int put(final int participantId, final int roles, final int keyId, final long idCapacity, final long codeFirst,
                   final long codeLast, final int requestsPerSecond, final int burstMs) {
        final int existing = find(participantId);
        final int codeOwner = findByCode(codeFirst, codeLast);
        if (codeOwner != NOT_FOUND && codeOwner != existing) {
            return Result.PARTICIPANT_CODE_TAKEN;
        }
        final Participant participant;
        if (existing == NOT_FOUND) {
            if (count == MAX_PARTICIPANTS) {
                return Result.PARTICIPANT_CAPACITY_REACHED;
            }
            participant = new Participant(participantId);
            participants[count++] = participant;
            indexById[participantId] = (short) count;
        } else {
            participant = participants[existing];
            digest -= participant.hash();
        }
        participant.roles = roles;
        participant.keyId = keyId;
        participant.idCapacity = idCapacity;
        participant.codeFirst = codeFirst;
        participant.codeLast = codeLast;
        participant.requestsPerSecond = requestsPerSecond;
        participant.burstMs = burstMs;
        digest += participant.hash();
        return Result.OK;
    }

    /** True if {@link #put} of this participant with this code would be refused, and why. Changes nothing. */
    public int checkPut(final int participantId, final long codeFirst, final long codeLast) {
        final int existing = find(participantId);
        final int codeOwner = findByCode(codeFirst, codeLast);
        if (existing == NOT_FOUND && count == MAX_PARTICIPANTS) {
            return Result.PARTICIPANT_CAPACITY_REACHED;
        }
        return codeOwner != NOT_FOUND && codeOwner != existing ? Result.PARTICIPANT_CODE_TAKEN : Result.OK;
    }

    /** Adds a grant; one that is there already is left alone. */
    public int putGrant(final int index, final int kind, final int rights, final int ledger, final long from, final long to) {
        final Participant participant = participants[index];
        if (participant.findGrant(kind, rights, ledger, from, to) >= 0) {
            return Result.OK;
        }
        if (participant.grantCount == MAX_GRANTS) {
            return Result.GRANT_CAPACITY_REACHED;
        }
        digest -= participant.hash();
        participant.addGrant(kind, rights, ledger, from, to);
        digest += participant.hash();
        return Result.OK;
    }

    /** Grants of a participant. */
    public int grantCount(final int index) {
        return participants[index].grantCount;
    }

    /** What a grant names its accounts by. */
    public int grantKind(final int index, final int grant) {
        return participants[index].kinds[grant];
    }

    /** Bits of its rights; DEBIT comes with READ. */
    public int grantRights(final int index, final int grant) {
        return participants[index].rights[grant];
    }

    /** Its ledger; 0: every ledger. */
    public int grantLedger(final int index, final int grant) {
        return participants[index].ledgers[grant];
    }

    /** Its account or code, or the first of its accounts. */
    public long grantFrom(final int index, final int grant) {
        return participants[index].froms[grant];
    }

    /** The last of its accounts. */
    public long grantTo(final int index, final int grant) {
        return participants[index].tos[grant];
    }

    /** Takes a grant back. */
    public int removeGrant(final int index, final int kind, final int rights, final int ledger, final long from, final long to) {
        final Participant participant = participants[index];
        final int grant = participant.findGrant(kind, rights, ledger, from, to);
        if (grant < 0) {
            return Result.GRANT_NOT_FOUND;
        }
        digest -= participant.hash();
        participant.removeGrant(grant);
        digest += participant.hash();
        return Result.OK;
    }

    /**
     * True if the participant has a right on an account.
     *
     * @param exists        false if there is no such account: then only grants by id can match
     * @param accountLedger of the account, if it exists
     * @param accountCode   of the account, if it exists
     */
    public boolean isGranted(final int index, final int right, final long accountId, final boolean exists,
                             final int accountLedger, final int accountCode) {
        final Participant participant = participants[index];
        return (participant.roles & Participants.ROLE_OPERATOR) != 0
            || participant.isGranted(right, accountId, exists, accountLedger, accountCode);
    }

    /** The running digest. */
    public long digest() {
        return digest;
    }

    /** The digest, computed from the table. */
    public long computeDigest() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += participants[i].hash();
        }
        return sum;
    }

    @Override
    public void image(final StateImage image) {
        count = image.bounded(count, 0, MAX_PARTICIPANTS);
        digest = image.word(digest);
        for (int i = 0; i < count; i++) {
            final int id = image.bounded(image.isLoading() ? 0 : participants[i].id, 0, Participants.MAX_ID);
            if (image.isLoading()) {
                participants[i] = new Participant(id);
                indexById[id] = (short) (i + 1);
            }
            participants[i].image(image);
        }
    }

    private static final class Participant {
        private final int id;
        private int roles;
        private int keyId;
        private long idCapacity;
        private long codeFirst;
        private long codeLast;
        private int requestsPerSecond;
        private int burstMs;
        private int grantCount;
        private int[] kinds = new int[4];
        private int[] rights = new int[4];
        private int[] ledgers = new int[4];
        private long[] froms = new long[4];
        private long[] tos = new long[4];

        Participant(final int id) {
            this.id = id;
        }

        boolean isGranted(final int right, final long accountId, final boolean exists, final int accountLedger,
                          final int accountCode) {
            for (int i = 0; i < grantCount; i++) {
                if ((rights[i] & right) != 0 && (ledgers[i] == 0 || !exists || ledgers[i] == accountLedger)
                    && matches(i, accountId, exists, accountCode)) {
                    return true;
                }
            }
            return false;
        }

        private boolean matches(final int grant, final long accountId, final boolean exists, final int accountCode) {
            switch (kinds[grant]) {
                case Participants.GRANT_ACCOUNT:
                    return froms[grant] == accountId;
                case Participants.GRANT_RANGE:
                    return Long.compareUnsigned(accountId, froms[grant]) >= 0 && Long.compareUnsigned(accountId, tos[grant]) <= 0;
                default:
                    return exists && froms[grant] == accountCode;
            }
        }

        /** DEBIT includes READ, so it is kept as both; what was asked for is found again by the same rule. */
        private static int effective(final int rights) {
            return (rights & Participants.RIGHT_DEBIT) != 0 ? rights | Participants.RIGHT_READ : rights;
        }

        int findGrant(final int kind, final int right, final int ledger, final long from, final long to) {
            for (int i = 0; i < grantCount; i++) {
                if (kinds[i] == kind && rights[i] == effective(right) && ledgers[i] == ledger && froms[i] == from && tos[i] == to) {
                    return i;
                }
            }
            return -1;
        }

        void addGrant(final int kind, final int right, final int ledger, final long from, final long to) {
            if (grantCount == kinds.length) {
                kinds = Arrays.copyOf(kinds, grantCount * 2);
                rights = Arrays.copyOf(rights, grantCount * 2);
                ledgers = Arrays.copyOf(ledgers, grantCount * 2);
                froms = Arrays.copyOf(froms, grantCount * 2);
                tos = Arrays.copyOf(tos, grantCount * 2);
            }
            kinds[grantCount] = kind;
            rights[grantCount] = effective(right);
            ledgers[grantCount] = ledger;
            froms[grantCount] = from;
            tos[grantCount] = to;
            grantCount++;
        }

        void image(final StateImage image) {
            roles = image.number(roles);
            keyId = image.number(keyId);
            idCapacity = image.word(idCapacity);
            codeFirst = image.word(codeFirst);
            codeLast = image.word(codeLast);
            requestsPerSecond = image.number(requestsPerSecond);
            burstMs = image.number(burstMs);
            final int grants = image.bounded(grantCount, 0, MAX_GRANTS);
            while (image.isLoading() && grantCount < grants) {
                addGrant(0, 0, 0, 0, 0);
            }
            image.numbers(kinds, grants);
            image.numbers(rights, grants);
            image.numbers(ledgers, grants);
            image.words(froms, grants);
            image.words(tos, grants);
        }

        void removeGrant(final int grant) {
            final int last = --grantCount;
            kinds[grant] = kinds[last];
            rights[grant] = rights[last];
            ledgers[grant] = ledgers[last];
            froms[grant] = froms[last];
            tos[grant] = tos[last];
        }

        long hash() {
            long sum = Hashing.mix(Hashing.mix(id | (long) burstMs << Integer.SIZE, roles | (long) requestsPerSecond << Integer.SIZE), Hashing.mix(keyId, idCapacity))
                + Hashing.mix(codeFirst, codeLast);
            for (int i = 0; i < grantCount; i++) {
                sum += Hashing.mix(Hashing.mix(kinds[i], rights[i]), Hashing.mix(Hashing.mix(froms[i], tos[i]), ledgers[i]));
            }
            return Hashing.mix(sum, id);
        }
    }
}
