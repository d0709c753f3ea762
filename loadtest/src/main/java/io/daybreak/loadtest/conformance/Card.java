package io.daybreak.loadtest.conformance;

import io.daybreak.loadtest.workload.DemoCards;

/**
 * A card of the demo.
 *
 * @param wallet number; 0 of a routed card
 */
record Card(String pan, long wallet) {
    static Card local(final long wallet) {
        return new Card(DemoCards.pan(DemoCards.LOCAL_PREFIX, wallet), wallet);
    }

    static Card routed(final long number) {
        return new Card(DemoCards.pan(DemoCards.ROUTED_PREFIX, number), 0);
    }
}
