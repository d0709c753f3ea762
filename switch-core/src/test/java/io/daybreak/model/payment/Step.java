package io.daybreak.model.payment;

/** One step of a history, at its time; a value, so that a history that shows a difference can be shortened. */
public sealed interface Step {
    long atNs();

    /** A payment message of an acquirer. */
    record Pay(long atNs, int participant, Message message) implements Step {
    }

    /** 0500; {@code honest} tells whether the acquirer sends the right totals, wrong ones (false), or none (null). */
    record Reconcile(long atNs, int participant, int mti, long institution, int stan, int transmission, int monthAndDay, Boolean honest)
        implements Step {
    }

    record FileUpdate(long atNs, int participant, long institution, int stan, int transmission, long token, boolean add) implements Step {
    }

    record Freeze(long atNs, long wallet, boolean freeze) implements Step {
    }

    record CutOver(long atNs, int date) implements Step {
    }

    record Tick(long atNs) implements Step {
    }

    record Restart(long atNs) implements Step {
    }

    record LinkStatus(long atNs, boolean up) implements Step {
    }

    /** The issuer answers the request that came of that acquirer's message, if it has one; {@code code} "!!" stands for none. */
    record Issuer(long atNs, Message message, String code, long approved, boolean wrongTrace) implements Step {
    }

    /** The issuer answers all that waits in store-and-forward. */
    record Drain(long atNs, String code) implements Step {
    }
}
