package io.daybreak.loadtest.rig;

/**
 * What was acknowledged, by wallet: minor units that left it less those that came back, and between which sums it may lie because
 * of payments without an answer. One for each loop; added up after the run. Not thread safe.
 */
final class WalletBook {
    final long[] spent;
    final long[] mayBeLess;
    final long[] mayBeMore;

    WalletBook(final int wallets) {
        spent = new long[wallets];
        mayBeLess = new long[wallets];
        mayBeMore = new long[wallets];
    }

    /** @param amountMinor positive: left the wallet; negative: came back */
    void add(final int wallet, final long amountMinor) {
        spent[wallet] += amountMinor;
    }

    /** Nobody knows whether this was applied. */
    void addUnknown(final int wallet, final long amountMinor) {
        if (amountMinor > 0) {
            mayBeMore[wallet] += amountMinor;
        } else {
            mayBeLess[wallet] -= amountMinor;
        }
    }

    void add(final WalletBook other) {
        for (int i = 0; i < spent.length; i++) {
            spent[i] += other.spent[i];
            mayBeLess[i] += other.mayBeLess[i];
            mayBeMore[i] += other.mayBeMore[i];
        }
    }
}
