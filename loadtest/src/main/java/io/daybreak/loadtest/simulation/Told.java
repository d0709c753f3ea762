package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.Result;

/**
 * What the switch told a sender of one command. Amounts in minor units.
 *
 * @param era   how often the switch had lost, as its mode permits, what it had told
 * @param index place of the command in its request
 */
record Told(int era, int index, long sequence, long timestampNs, long amount, int result, int flags) {
    @Override
    public String toString() {
        return Result.name(result) + " sequence " + sequence + " amount " + amount + (flags == 0 ? "" : " flags " + flags)
            + (index == 0 ? "" : " index " + index);
    }
}
