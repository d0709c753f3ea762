package io.daybreak.routing;

/** Stands for the payments while parts are built, since payments and issuers need each other. Ledger thread only. */
final class Told implements IssuerOutcomes {
    private IssuerOutcomes listener;

    void listener(final IssuerOutcomes outcomes) {
        listener = outcomes;
    }

    @Override
    public void onApproved(final int place, final long paymentId, final IssuerReply reply, final long nowNs, final long sequence) {
        listener.onApproved(place, paymentId, reply, nowNs, sequence);
    }

    @Override
    public void onDeclined(final int place, final long paymentId, final IssuerReply reply, final long nowNs, final long sequence) {
        listener.onDeclined(place, paymentId, reply, nowNs, sequence);
    }

    @Override
    public void onInvalid(final int place, final long paymentId, final IssuerReply reply, final long nowNs, final long sequence) {
        listener.onInvalid(place, paymentId, reply, nowNs, sequence);
    }

    @Override
    public int originalOf(final int place) {
        return listener.originalOf(place);
    }

    @Override
    public void onTimedOut(final int place, final long paymentId, final long nowNs, final long sequence) {
        listener.onTimedOut(place, paymentId, nowNs, sequence);
    }

    @Override
    public void onNotSent(final int place, final long paymentId, final long nowNs, final long sequence) {
        listener.onNotSent(place, paymentId, nowNs, sequence);
    }

    @Override
    public void onEntryEnded(final int place, final long paymentId, final int issuerId, final int mti, final long amountMinor,
                             final int responseCode, final int how, final long nowNs, final long sequence) {
        listener.onEntryEnded(place, paymentId, issuerId, mti, amountMinor, responseCode, how, nowNs, sequence);
    }

    @Override
    public void onReconciled(final int issuerId, final int date, final int responseCode, final long nowNs, final long sequence) {
        listener.onReconciled(issuerId, date, responseCode, nowNs, sequence);
    }
}
