package io.daybreak.machine;

import io.daybreak.ledger.Transfers;
import io.daybreak.matching.IdMemory;
import io.daybreak.memory.Hashing;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AcceptClockDecoder;
import io.daybreak.protocol.codec.BeginEpochDecoder;
import io.daybreak.protocol.codec.ConfigureDecoder;
import io.daybreak.protocol.codec.MemberStatusDecoder;
import io.daybreak.protocol.codec.PutGrantDecoder;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.daybreak.protocol.codec.RaiseRulesDecoder;
import io.daybreak.protocol.codec.RemoveGrantDecoder;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;

/**
 * Limits, participants, grants, clock and rules: what the operator and the switch itself may command.
 * docs/native-protocol.md, "Administration". Ledger thread only.
 */
final class Administration implements Stateful {
    private static final int MAX_CHAIN = 1_024;
    private static final int MAX_SWEEP = 1_000_000;
    private static final long MIN_RETAINED = 1_024;
    private static final long MAX_RETAINED = 1L << 32;
    private static final long MAX_IDS = 1L << 36;
    private static final long MIN_IDS = 1_024;
    private static final long MAX_HOLDS = 1L << 30;
    private static final long MAX_MS = 366L * 24 * 60 * 60 * 1_000;
    private static final int ROLE_MASK = Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR | Participants.ROLE_STANDBY;
    private static final int RIGHT_MASK = Participants.RIGHT_DEBIT | Participants.RIGHT_READ;
    private static final int CODE_LENGTH = PutParticipantDecoder.participantCodeLength();
    /** The field behind the correlation id, which is not part of what is asked for. */
    private static final int LIMITS_OFFSET = ConfigureDecoder.accountCapacityEncodingOffset();

    private final ParticipantTable participants;
    private final IdMemory ids;
    private final Transfers transfers;
    private final ConfigureDecoder configure = new ConfigureDecoder();
    private final PutParticipantDecoder putParticipant = new PutParticipantDecoder();
    private final PutGrantDecoder putGrant = new PutGrantDecoder();
    private final RemoveGrantDecoder removeGrant = new RemoveGrantDecoder();
    private final AcceptClockDecoder acceptClock = new AcceptClockDecoder();
    private final RaiseRulesDecoder raiseRules = new RaiseRulesDecoder();
    private final Membership membership;
    private final long[] limits = new long[(ConfigureDecoder.BLOCK_LENGTH - LIMITS_OFFSET) / 8];
    private boolean configured;
    private long accountCapacity;
    private int sweepLimit;
    private int maxChain;
    private int rulesVersion = StateMachine.FIRST_RULES_VERSION;

    Administration(final ParticipantTable participants, final IdMemory ids, final Transfers transfers) {
        this.participants = participants;
        this.ids = ids;
        this.transfers = transfers;
        this.membership = new Membership(participants);
    }

    int apply(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
              final long nowNs) {
        if (length != blockLength(templateId)) {
            return Result.MALFORMED_COMMAND;
        }
        switch (templateId) {
            case ConfigureDecoder.TEMPLATE_ID:
                return configure(participantId, command, offset);
            case PutParticipantDecoder.TEMPLATE_ID:
                return putParticipant(participantId, command, offset);
            case PutGrantDecoder.TEMPLATE_ID:
                return putGrant(participantId, command, offset);
            case RemoveGrantDecoder.TEMPLATE_ID:
                return removeGrant(participantId, command, offset);
            case AcceptClockDecoder.TEMPLATE_ID:
                return acceptClock(participantId, command, offset, nowNs);
            case MemberStatusDecoder.TEMPLATE_ID:
                return membership.setStatus(participantId, command, offset);
            case BeginEpochDecoder.TEMPLATE_ID:
                return membership.beginEpoch(participantId, command, offset);
            default:
                return raiseRules(participantId, command, offset);
        }
    }

    private static int blockLength(final int templateId) {
        switch (templateId) {
            case ConfigureDecoder.TEMPLATE_ID:
                return ConfigureDecoder.BLOCK_LENGTH;
            case PutParticipantDecoder.TEMPLATE_ID:
                return PutParticipantDecoder.BLOCK_LENGTH;
            case PutGrantDecoder.TEMPLATE_ID:
                return PutGrantDecoder.BLOCK_LENGTH;
            case RemoveGrantDecoder.TEMPLATE_ID:
                return RemoveGrantDecoder.BLOCK_LENGTH;
            case AcceptClockDecoder.TEMPLATE_ID:
                return AcceptClockDecoder.BLOCK_LENGTH;
            case RaiseRulesDecoder.TEMPLATE_ID:
                return RaiseRulesDecoder.BLOCK_LENGTH;
            case MemberStatusDecoder.TEMPLATE_ID:
                return MemberStatusDecoder.BLOCK_LENGTH;
            case BeginEpochDecoder.TEMPLATE_ID:
                return BeginEpochDecoder.BLOCK_LENGTH;
            default:
                return -1;
        }
    }

    /** OK for the switch itself and for active operators. */
    int checkOperator(final int participantId) {
        if (participantId == Participants.SYSTEM) {
            return Result.OK;
        }
        final int index = participants.find(participantId);
        if (index == ParticipantTable.NOT_FOUND) {
            return Result.PARTICIPANT_NOT_FOUND;
        }
        return participants.isActive(index) && participants.isOperator(index) ? Result.OK : Result.NOT_GRANTED;
    }

    private int configure(final int participantId, final DirectBuffer command, final int offset) {
        configure.wrap(command, offset, ConfigureDecoder.BLOCK_LENGTH, ConfigureDecoder.SCHEMA_VERSION);
        final int allowed = checkOperator(participantId);
        if (allowed != Result.OK) {
            return configured ? allowed : Result.NOT_CONFIGURED;
        }
        if (!isWithin(configure.accountCapacity(), 1, Integer.MAX_VALUE - 1)
            || !isWithin(configure.idCapacity(), MIN_IDS, MAX_IDS)
            || !isWithin(configure.idGuaranteedWindowMs(), 0, MAX_MS)
            || !isWithin(configure.idFutureToleranceMs(), 0, MAX_MS)
            || !isWithin(configure.holdCapacity(), 1, MAX_HOLDS)
            || !isWithin(configure.transfersRetained(), MIN_RETAINED, MAX_RETAINED)
            || !isWithin(configure.historyRetained(), MIN_RETAINED, MAX_RETAINED)
            || !isWithin(configure.sweepLimit(), 1, MAX_SWEEP)
            || !isWithin(configure.maxChain(), 1, MAX_CHAIN)
            || configure.accountCapacity() < transfers.accounts().count()) {
            return Result.LIMIT_OUT_OF_RANGE;
        }
        long granted = 0;
        for (int i = 0; i < participants.count(); i++) {
            granted += participants.idCapacity(i);
        }
        if (granted > configure.idCapacity()) {
            return Result.ID_CAPACITY_REACHED;
        }
        ids.configure(configure.idCapacity(), configure.idGuaranteedWindowMs(), configure.idFutureToleranceMs());
        transfers.configure(configure.holdCapacity(), configure.transfersRetained(), configure.historyRetained());
        accountCapacity = configure.accountCapacity();
        sweepLimit = (int) configure.sweepLimit();
        maxChain = (int) configure.maxChain();
        for (int i = 0; i < limits.length; i++) {
            limits[i] = command.getLong(offset + LIMITS_OFFSET + i * 8);
        }
        configured = true;
        return Result.OK;
    }

    private static boolean isWithin(final long value, final long least, final long greatest) {
        return value >= least && value <= greatest;
    }

    boolean hasLimits(final DirectBuffer command, final int offset) {
        boolean same = configured;
        for (int i = 0; i < limits.length; i++) {
            same &= limits[i] == command.getLong(offset + LIMITS_OFFSET + i * 8);
        }
        return same;
    }

    private int putParticipant(final int participantId, final DirectBuffer command, final int offset) {
        final PutParticipantDecoder body =
            putParticipant.wrap(command, offset, PutParticipantDecoder.BLOCK_LENGTH, PutParticipantDecoder.SCHEMA_VERSION);
        final long id = body.participantId();
        final int codeOffset = offset + PutParticipantDecoder.participantCodeEncodingOffset();
        if (id < 1 || id > Participants.MAX_ID || !isCode(command, codeOffset)) {
            return Result.MALFORMED_COMMAND;
        }
        if ((body.roles() & ~ROLE_MASK) != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final int allowed = checkOperator(participantId);
        if (allowed != Result.OK) {
            return allowed;
        }
        final long codeFirst = command.getLong(codeOffset);
        final long codeLast = command.getLong(codeOffset + 8);
        final int check = participants.checkPut((int) id, codeFirst, codeLast);
        if (check != Result.OK) {
            return check;
        }
        if (!membership.hasRoomFor((int) id, body.roles())) {
            return Result.PARTICIPANT_CAPACITY_REACHED;
        }
        final int room = ids.putParticipant((int) id, body.idCapacity());
        final int result = room != Result.OK ? room
            : participants.put((int) id, body.roles(), (int) body.keyId(), body.idCapacity(), codeFirst, codeLast,
            (int) body.requestsPerSecond(), body.burstMs());
        membership.onParticipant((int) id, body.roles());
        return result;
    }

    /** A code is 1 to 16 printable ASCII characters without blanks, padded with zero bytes. */
    private static boolean isCode(final DirectBuffer buffer, final int offset) {
        boolean padding = false;
        for (int i = 0; i < CODE_LENGTH; i++) {
            final byte character = buffer.getByte(offset + i);
            if (character == 0) {
                padding = true;
            } else if (padding || character <= ' ' || character > '~') {
                return false;
            }
        }
        return buffer.getByte(offset) != 0;
    }

    private int putGrant(final int participantId, final DirectBuffer command, final int offset) {
        final PutGrantDecoder body = putGrant.wrap(command, offset, PutGrantDecoder.BLOCK_LENGTH, PutGrantDecoder.SCHEMA_VERSION);
        final int contents = checkGrant(body.kind(), body.rights(), body.reserved(), body.fromValue(), body.toValue());
        if (contents != Result.OK) {
            return contents;
        }
        final int allowed = checkOperator(participantId);
        if (allowed != Result.OK) {
            return allowed;
        }
        final int index = indexOf(body.participantId());
        return index == ParticipantTable.NOT_FOUND ? Result.PARTICIPANT_NOT_FOUND
            : participants.putGrant(index, body.kind(), body.rights(), (int) body.ledger(), body.fromValue(), body.toValue());
    }

    private int removeGrant(final int participantId, final DirectBuffer command, final int offset) {
        final RemoveGrantDecoder body =
            removeGrant.wrap(command, offset, RemoveGrantDecoder.BLOCK_LENGTH, RemoveGrantDecoder.SCHEMA_VERSION);
        final int contents = checkGrant(body.kind(), body.rights(), body.reserved(), body.fromValue(), body.toValue());
        if (contents != Result.OK) {
            return contents;
        }
        final int allowed = checkOperator(participantId);
        if (allowed != Result.OK) {
            return allowed;
        }
        final int index = indexOf(body.participantId());
        return index == ParticipantTable.NOT_FOUND ? Result.PARTICIPANT_NOT_FOUND
            : participants.removeGrant(index, body.kind(), body.rights(), (int) body.ledger(), body.fromValue(), body.toValue());
    }

    private int indexOf(final long id) {
        return id > Participants.MAX_ID ? ParticipantTable.NOT_FOUND : participants.find((int) id);
    }

    private static int checkGrant(final int kind, final int rights, final long reserved, final long from, final long to) {
        final boolean kindIsKnown = kind == Participants.GRANT_ACCOUNT || kind == Participants.GRANT_CODE
            || kind == Participants.GRANT_RANGE;
        final boolean valuesFit = kind == Participants.GRANT_RANGE ? Long.compareUnsigned(from, to) <= 0 : to == 0;
        if (!kindIsKnown || !valuesFit || rights == 0 || (rights & ~RIGHT_MASK) != 0) {
            return Result.MALFORMED_COMMAND;
        }
        return reserved != 0 ? Result.RESERVED_MUST_BE_ZERO : Result.OK;
    }

    private int acceptClock(final int participantId, final DirectBuffer command, final int offset, final long nowNs) {
        final int allowed = checkOperator(participantId);
        if (allowed != Result.OK) {
            return allowed;
        }
        acceptClock.wrap(command, offset, AcceptClockDecoder.BLOCK_LENGTH, AcceptClockDecoder.SCHEMA_VERSION);
        return acceptClock.acceptedEpochNs() < nowNs ? Result.CLOCK_WOULD_GO_BACK : Result.OK;
    }

    private int raiseRules(final int participantId, final DirectBuffer command, final int offset) {
        raiseRules.wrap(command, offset, RaiseRulesDecoder.BLOCK_LENGTH, RaiseRulesDecoder.SCHEMA_VERSION);
        if (raiseRules.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final int allowed = checkOperator(participantId);
        if (allowed != Result.OK) {
            return allowed;
        }
        if (raiseRules.rulesVersion() > StateMachine.LAST_RULES_VERSION) {
            return Result.RULES_VERSION_UNKNOWN;
        }
        if (raiseRules.rulesVersion() < rulesVersion) {
            return Result.RULES_VERSION_WOULD_GO_BACK;
        }
        rulesVersion = (int) raiseRules.rulesVersion();
        return Result.OK;
    }

    @Override
    public void image(final StateImage image) {
        configured = image.flag(configured);
        image.words(limits, limits.length);
        accountCapacity = image.word(accountCapacity);
        sweepLimit = image.number(sweepLimit);
        maxChain = image.number(maxChain);
        rulesVersion = image.bounded(rulesVersion, StateMachine.FIRST_RULES_VERSION, StateMachine.LAST_RULES_VERSION);
    }

    boolean isConfigured() {
        return configured;
    }

    long accountCapacity() {
        return accountCapacity;
    }

    int sweepLimit() {
        return sweepLimit;
    }

    int maxChain() {
        return maxChain;
    }

    int rulesVersion() {
        return rulesVersion;
    }

    Membership membership() {
        return membership;
    }

    long digest() {
        long sum = Hashing.mix(rulesVersion) + membership.digest();
        for (int i = 0; i < limits.length; i++) {
            sum += Hashing.mix(i + 1L, limits[i]);
        }
        return sum;
    }
}
