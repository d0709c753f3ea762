package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.Result;

/**
 * What the switch told an acquirer about a card message, at once or later. Amounts in minor units.
 *
 * @param paymentId number of the payment, 0 if nothing was decided
 */
record CardTold(int result, long amount, long paymentId, boolean later) {
    @Override
    public String toString() {
        return Result.name(result) + " amount " + amount + " payment " + paymentId + (later ? " (later)" : "");
    }
}
