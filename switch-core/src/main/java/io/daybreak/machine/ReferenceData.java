package io.daybreak.machine;

import io.daybreak.acquirer.Institutions;
import io.daybreak.calendar.BusinessDays;
import io.daybreak.calendar.Zones;
import io.daybreak.card.Cards;
import io.daybreak.card.TokenKeys;
import io.daybreak.card.Wallets;
import io.daybreak.limits.Limits;
import io.daybreak.limits.Tiers;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.merchant.Fees;
import io.daybreak.merchant.Merchants;
import io.daybreak.merchant.Terminals;
import io.daybreak.payment.Reference;
import io.daybreak.reference.PaymentSettings;
import io.daybreak.reference.ReferenceTable;
import io.daybreak.state.StateSections;

/**
 * The tables that payments are decided by, and what has been used of limits. They hold nothing, and take no memory,
 * until payments are configured. Ledger thread only.
 */
final class ReferenceData {
    final PaymentSettings settings = new PaymentSettings();
    final Wallets wallets;
    final Cards cards;
    final TokenKeys tokenKeys;
    final Merchants merchants;
    final Terminals terminals;
    final Fees fees;
    final Institutions institutions;
    final Zones zones;
    final BusinessDays businessDays;
    final Tiers tiers;
    final Limits limits;
    /** All of them, in the order of their template ids. */
    final ReferenceTable[] tables;

    /** @param undo of the transfers: a payment that is undone gives its use of limits back with them */
    ReferenceData(final SlabAllocator allocator, final UndoLog undo) {
        wallets = new Wallets(allocator, undo);
        cards = new Cards(allocator, undo);
        tokenKeys = new TokenKeys(allocator, undo);
        merchants = new Merchants(allocator, undo);
        terminals = new Terminals(allocator, undo);
        fees = new Fees(allocator, undo);
        institutions = new Institutions(allocator, undo);
        zones = new Zones(allocator, undo);
        businessDays = new BusinessDays(allocator, undo, zones);
        tiers = new Tiers(allocator, undo);
        limits = new Limits(allocator, undo, wallets, tiers, zones);
        tables = new ReferenceTable[] {
            institutions, wallets, cards, merchants, terminals, tiers, fees, zones, businessDays, tokenKeys};
    }

    /** What payments look things up in. */
    Reference forPayments() {
        return new Reference(institutions, merchants, terminals, fees, cards, wallets, limits, zones, businessDays);
    }

    /** Sets the capacities. */
    void configure(final long cardCapacity, final long walletCapacity, final long merchantCapacity, final long terminalCapacity) {
        cards.configure(cardCapacity);
        wallets.configure(walletCapacity);
        limits.configure(walletCapacity);
        merchants.configureAll(merchantCapacity);
        terminals.configure(terminalCapacity);
        institutions.configure(Institutions.CAPACITY);
        fees.configure(Fees.CAPACITY);
        tiers.configure(Tiers.CAPACITY);
        zones.configure(Zones.MAX_ID);
        businessDays.configure(BusinessDays.MAX_ID);
        tokenKeys.configure(TokenKeys.CAPACITY);
    }

    /** Adds what is state here to the list. */
    void addTo(final StateSections sections) {
        sections.add("payment-settings", 1, settings);
        sections.add("institutions", 1, institutions);
        sections.add("wallets", 1, wallets);
        sections.add("cards", 1, cards);
        sections.add("merchants", 1, merchants);
        sections.add("terminals", 1, terminals);
        sections.add("tiers", 1, tiers);
        sections.add("fees", 1, fees);
        sections.add("zones", 1, zones);
        sections.add("business-days", 1, businessDays);
        sections.add("token-keys", 1, tokenKeys);
        sections.add("limits-used", 1, limits);
    }

    /** Odd, so that no bit of a table's digest is lost, and that records of two tables do not make up for each other. */
    private static long weight(final ReferenceTable table) {
        return 2L * table.templateId() + 1;
    }

    /** Running digest; 0 while nothing is configured. */
    long digest() {
        long sum = settings.digest() + limits.digest();
        for (final ReferenceTable table : tables) {
            sum += table.digest() * weight(table);
        }
        return sum;
    }

    /** The same, computed from the records. */
    long computeDigest() {
        long sum = settings.digest() + limits.computeDigest();
        for (final ReferenceTable table : tables) {
            sum += table.computeDigest() * weight(table);
        }
        return sum;
    }
}
