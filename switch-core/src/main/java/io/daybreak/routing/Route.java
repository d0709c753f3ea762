package io.daybreak.routing;

import io.daybreak.memory.Hashing;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.state.StateImage;

/** A range of cards and conditions, and where they lead. */
final class Route {
    static final int MCCS = 8;

    final int id;
    long amountFromMinor;
    long amountToMinor;
    long standInFloorMinor;
    long standInDayMinor;
    long prefix;
    long deadlineMs;
    long standInDayCount;
    long standInOperations;
    int issuerId;
    int channels;
    int currency;
    int standInChannels;
    int status;
    int prefixLength;
    int pinMode;
    /** Excluded categories; 0 where there is none. */
    final int[] standInExcludedMccs = new int[MCCS];

    /** The next route of the same prefix, by id; null at the end. Follows from the routes. */
    Route next;

    Route(final int id) {
        this.id = id;
    }

    boolean isActive() {
        return status == RecordStatus.ACTIVE;
    }

    boolean takes(final long amountMinor, final int channel, final int paymentCurrency) {
        return amountMinor >= amountFromMinor && amountMinor <= amountToMinor && (currency == 0 || currency == paymentCurrency)
            && (channels == 0 || (channels & 1 << channel) != 0);
    }

    /** True if stand-in is not ruled out by what is paid, where and how much; the card's day is another matter. */
    boolean standsInFor(final int operation, final int channel, final int mcc, final long amountMinor) {
        if (amountMinor > standInFloorMinor || (standInOperations & 1L << operation) == 0
            || standInChannels != 0 && (standInChannels & 1 << channel) == 0) {
            return false;
        }
        for (final int excluded : standInExcludedMccs) {
            if (excluded != 0 && excluded == mcc) {
                return false;
            }
        }
        return true;
    }

    static boolean isChannelMask(final int mask) {
        return mask >>> PaymentChannel.COUNT == 0;
    }

    void image(final StateImage image) {
        amountFromMinor = image.word(amountFromMinor);
        amountToMinor = image.word(amountToMinor);
        standInFloorMinor = image.word(standInFloorMinor);
        standInDayMinor = image.word(standInDayMinor);
        prefix = image.word(prefix);
        deadlineMs = image.word(deadlineMs);
        standInDayCount = image.word(standInDayCount);
        standInOperations = image.word(standInOperations);
        issuerId = image.number(issuerId);
        channels = image.number(channels);
        currency = image.number(currency);
        standInChannels = image.number(standInChannels);
        status = image.number(status);
        prefixLength = image.number(prefixLength);
        pinMode = image.number(pinMode);
        image.numbers(standInExcludedMccs, MCCS);
    }

    long hash() {
        long sum = Hashing.mix(id, (long) issuerId << 32 | (long) status << 16 | (long) prefixLength << 8 | pinMode);
        sum = Hashing.mix(sum, Hashing.mix(amountFromMinor, amountToMinor));
        sum = Hashing.mix(sum, Hashing.mix(standInFloorMinor, standInDayMinor));
        sum = Hashing.mix(sum, Hashing.mix(prefix, deadlineMs));
        sum = Hashing.mix(sum, Hashing.mix(standInDayCount, standInOperations));
        sum = Hashing.mix(sum, (long) channels << 32 | (long) currency << 16 | standInChannels);
        for (int i = 0; i < MCCS; i += 4) {
            sum = Hashing.mix(sum, (long) standInExcludedMccs[i] << 48 | (long) standInExcludedMccs[i + 1] << 32
                | (long) standInExcludedMccs[i + 2] << 16 | standInExcludedMccs[i + 3]);
        }
        return sum;
    }
}
