package io.daybreak.routing;

import io.daybreak.memory.Hashing;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.state.StateImage;

/** A way to an issuer. {@code up} and {@code credit} are state; {@code pending} follows from the requests. */
final class IssuerLink {
    final int id;
    int issuerId;
    int weight;
    int status;
    long window;
    long codeFirst;
    long codeLast;
    boolean up;
    /** Of the weighted choice: grows by the weight at each choice, falls by the sum of weights when chosen. */
    long credit;
    /** Requests without an answer. */
    long pending;

    IssuerLink(final int id) {
        this.id = id;
    }

    boolean isUsable() {
        return up && status == RecordStatus.ACTIVE;
    }

    void image(final StateImage image) {
        issuerId = image.number(issuerId);
        weight = image.number(weight);
        status = image.number(status);
        window = image.word(window);
        codeFirst = image.word(codeFirst);
        codeLast = image.word(codeLast);
        up = image.flag(up);
        credit = image.word(credit);
        pending = image.word(pending);
    }

    long hash() {
        long sum = Hashing.mix(id, issuerId);
        sum = Hashing.mix(sum, (long) weight << 32 | (long) status << 8 | (up ? 1 : 0));
        sum = Hashing.mix(sum, window);
        sum = Hashing.mix(sum, Hashing.mix(codeFirst, codeLast));
        return Hashing.mix(sum, credit);
    }
}
