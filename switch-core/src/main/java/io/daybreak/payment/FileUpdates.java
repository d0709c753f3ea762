package io.daybreak.payment;

import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.FileUpdateDecoder;
import org.agrona.DirectBuffer;

/**
 * File updates (0302): put a card on the negative file or take it off. Rule: docs/iso8583.md, chapter 5, "0302". Both are idempotent, so
 * nothing is remembered: the same update again finds it done. They touch the card's flag and nothing else.
 * <p>
 * Ledger thread only.
 */
final class FileUpdates {
    private static final int ADD = 1;
    private static final int DELETE = 3;

    private final Reference reference;
    private final Checks checks;
    private final FileUpdateDecoder update = new FileUpdateDecoder();
    private boolean changed;

    FileUpdates(final Reference reference, final Checks checks) {
        this.reference = reference;
        this.checks = checks;
    }

    /** Reads the message. OK or MALFORMED_COMMAND. */
    int wrap(final DirectBuffer command, final int offset, final int length) {
        changed = false;
        if (length != FileUpdateDecoder.BLOCK_LENGTH) {
            update.wrap(command, offset, 0, FileUpdateDecoder.SCHEMA_VERSION);
            return Result.MALFORMED_COMMAND;
        }
        update.wrap(command, offset, FileUpdateDecoder.BLOCK_LENGTH, FileUpdateDecoder.SCHEMA_VERSION);
        return update.action() == ADD || update.action() == DELETE ? Result.OK : Result.MALFORMED_COMMAND;
    }

    /** Applies the update for an institution that may speak: OK, OPERATION_NOT_GRANTED, CARD_NOT_FOUND, RECORD_CAPACITY_REACHED. */
    int apply(final int institution) {
        final boolean listed = update.action() == ADD;
        final int card = checks.findCard(update.token().hi(), update.token().lo(), update.previousToken().hi(),
            update.previousToken().lo());
        if (card == Decision.NOT_FOUND && update.bin() == 0) {
            return Result.CARD_NOT_FOUND;
        }
        if ((reference.institutions().rights(institution) & InstitutionRights.FILE_UPDATE) == 0) {
            return Result.OPERATION_NOT_GRANTED;
        }
        if (card == Decision.NOT_FOUND) {
            return listed ? listRouted() : Result.OK;
        }
        if (reference.cards().isRouted(card)) {
            if (!listed) {
                reference.cards().remove(reference.cards().tokenHi(card), reference.cards().tokenLo(card));
                changed = true;
            }
            return Result.OK;
        }
        if (reference.cards().isOnNegativeFile(card) != listed) {
            reference.cards().setNegativeFile(card, listed);
            changed = true;
        }
        return Result.OK;
    }

    /** An issuer's card has a record here only while it is listed. */
    private int listRouted() {
        final long tokenHi = update.token().hi();
        final long tokenLo = update.token().lo();
        if (reference.cards().hasNoRoomFor(tokenHi, tokenLo)) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        reference.cards().listRouted(tokenHi, tokenLo, (int) update.bin());
        changed = true;
        return Result.OK;
    }

    /** True if the update was decided and left everything as it was: then there is nothing to journal. */
    boolean changedNothing(final int result) {
        return Result.isDecided(result) && !changed;
    }

    long institution() {
        return update.institution();
    }

    int mti() {
        return update.mti();
    }

    int stan() {
        return (int) update.stan();
    }

    int transmission() {
        return (int) update.transmission();
    }
}
