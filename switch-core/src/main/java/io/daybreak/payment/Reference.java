package io.daybreak.payment;

import io.daybreak.acquirer.Institutions;
import io.daybreak.calendar.BusinessDays;
import io.daybreak.calendar.Zones;
import io.daybreak.card.Cards;
import io.daybreak.card.Wallets;
import io.daybreak.limits.Limits;
import io.daybreak.merchant.Fees;
import io.daybreak.merchant.Merchants;
import io.daybreak.merchant.Terminals;

/** The tables that the operator puts and payments look things up in. Ledger thread only. */
public record Reference(Institutions institutions, Merchants merchants, Terminals terminals, Fees fees, Cards cards,
                        Wallets wallets, Limits limits, Zones zones, BusinessDays days) {
}
