package io.daybreak.loadtest.rig;

import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.workload.DemoCards;

/** The messages of a run, complete and of about 330 bytes, for templates. docs/iso8583.md, chapters 4 and 24. Static. */
final class IsoMessages {
    private static final String NAME = "DAYBREAK TEST SHOP       SHANGHAI     CN";
    private static final String ADDITIONAL = "BASKET 0001 ITEMS 03 LOAD GENERATOR MESSAGE OF A USUAL LENGTH, WITH WHAT SHOPS LIKE TO ADD";
    private static final String PRIVATE = "LOAD00000000000000000000000000000001";
    private static final String ENTRY_93 = "210101510140";
    private static final String ZEROS_11 = "00000000000";

    private IsoMessages() {
    }

    static Iso8583Message purchase(final SimLink link, final IsoSettings settings) {
        return payment(link, settings, 200, "000000", "200");
    }

    static Iso8583Message authorise(final SimLink link, final IsoSettings settings) {
        return payment(link, settings, 100, "000000", "100");
    }

    static Iso8583Message complete(final SimLink link, final IsoSettings settings) {
        return withOriginal(payment(link, settings, 220, "000000", "201"), link, settings, 100);
    }

    static Iso8583Message reverse(final SimLink link, final IsoSettings settings) {
        return withOriginal(payment(link, settings, link.is1993() ? 420 : 400, "000000", "400"), link, settings, 200);
    }

    static Iso8583Message refund(final SimLink link, final IsoSettings settings) {
        return withOriginal(payment(link, settings, 200, "200000", "200"), link, settings, 200);
    }

    static Iso8583Message repeat(final SimLink link, final IsoSettings settings) {
        final Iso8583Message message = purchase(link, settings);
        return message.mti(message.mti() + 1);
    }

    static Iso8583Message balance(final SimLink link, final IsoSettings settings) {
        final Iso8583Message message = payment(link, settings, 100, "310000", "108");
        return message.set(4, null).set(48, null).set(62, null).set(18, null);
    }

    private static Iso8583Message withOriginal(final Iso8583Message message, final SimLink link, final IsoSettings settings,
                                               final int originalMti) {
        final String acquirer = settings.acquirer();
        if (link.is1993()) {
            return message.set(56, String.format("%04d%06d%012d%02d%s", originalMti + link.mtiBase(), 0, 0, acquirer.length(), acquirer));
        }
        return message.set(90, String.format("%04d%06d%010d%s%s", originalMti, 0, 0,
            ZEROS_11.substring(acquirer.length()) + acquirer, ZEROS_11));
    }

    private static Iso8583Message payment(final SimLink link, final IsoSettings settings, final int mti, final String processing,
                                          final String function) {
        final Iso8583Message message = new Iso8583Message(mti + link.mtiBase())
            .set(2, DemoCards.pan(settings.cardPrefix(), 1))
            .set(3, processing)
            .set(4, "000000000000")
            .set(11, "000000")
            .set(14, DemoCards.EXPIRY)
            .set(32, settings.acquirer())
            .set(37, "000000000000")
            .set(41, DemoCards.terminal(1))
            .set(42, DemoCards.merchant(1))
            .set(43, NAME)
            .set(48, ADDITIONAL)
            .set(49, DemoCards.CURRENCY)
            .set(62, PRIVATE);
        if (link.is1993()) {
            return message.set(12, "000000000000").set(22, ENTRY_93).set(24, function).set(26, DemoCards.CATEGORY).set(25, "1000");
        }
        return message.set(7, "0101000000").set(12, "000000").set(13, "0101").set(18, DemoCards.CATEGORY).set(22, "051").set(25, "00");
    }
}
