package io.daybreak.loadtest.rig;

import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.text.Iso8583Message;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.rig.IsoMix.Kind;
import io.daybreak.loadtest.workload.DemoCards;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/**
 * What the connections of a loop look up instead of reckoning: templates by kind of payment, cards, terminals and merchants as
 * bytes. Loop thread only.
 */
final class IsoTables {
    private final Kind[] kinds = Kind.values();
    private final IsoTemplate[] firsts = new IsoTemplate[kinds.length];
    private final IsoTemplate[] seconds = new IsoTemplate[kinds.length];
    private final int[] firstAnswers = new int[kinds.length];
    private final int[] secondAnswers = new int[kinds.length];
    private final int[] wallets;
    private final byte[] pans;
    private final int panBytes;
    private final byte[] terminals;
    private final byte[] merchants;

    IsoTables(final IsoSettings settings) {
        final SimLink link = settings.link();
        put(Kind.PURCHASE, link, IsoMessages.purchase(link, settings), null);
        put(Kind.AUTHORISE_COMPLETE, link, IsoMessages.authorise(link, settings), IsoMessages.complete(link, settings));
        put(Kind.REVERSAL, link, IsoMessages.purchase(link, settings), IsoMessages.reverse(link, settings));
        put(Kind.REFUND, link, IsoMessages.purchase(link, settings), IsoMessages.refund(link, settings));
        put(Kind.REPEAT, link, IsoMessages.purchase(link, settings), IsoMessages.repeat(link, settings));
        put(Kind.BALANCE, link, IsoMessages.balance(link, settings), null);
        wallets = wallets(settings);
        panBytes = firsts[0].panBytes(DemoCards.PAN_DIGITS);
        pans = new byte[wallets.length * panBytes];
        for (int i = 0; i < wallets.length; i++) {
            System.arraycopy(firsts[0].panBytes(DemoCards.pan(settings.cardPrefix(), wallets[i])), 0, pans, i * panBytes, panBytes);
        }
        final StringBuilder text = new StringBuilder();
        for (int i = 1; i <= settings.terminals(); i++) {
            text.append(DemoCards.terminal(i));
        }
        terminals = text.toString().getBytes(StandardCharsets.US_ASCII);
        text.setLength(0);
        for (int i = 1; i <= settings.merchants(); i++) {
            text.append(DemoCards.merchant(i));
        }
        merchants = text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The wallets that pay: all but those that are there to go wrong. */
    static int[] wallets(final IsoSettings settings) {
        return IntStream.rangeClosed(1, settings.wallets())
            .filter(wallet -> settings.wallets() == 1 || !DemoCards.isSpecial(wallet)).toArray();
    }

    private void put(final Kind kind, final SimLink link, final Iso8583Message first, final Iso8583Message second) {
        firsts[kind.ordinal()] = new IsoTemplate(link, first);
        firstAnswers[kind.ordinal()] = Mti93.answer(first.mti());
        if (second != null) {
            seconds[kind.ordinal()] = new IsoTemplate(link, second);
            secondAnswers[kind.ordinal()] = Mti93.answer(second.mti());
        }
    }

    Kind kind(final int ordinal) {
        return kinds[ordinal];
    }

    IsoTemplate[] firsts() {
        return firsts;
    }

    IsoTemplate[] seconds() {
        return seconds;
    }

    int[] firstAnswers() {
        return firstAnswers;
    }

    int[] secondAnswers() {
        return secondAnswers;
    }

    byte[] pans() {
        return pans;
    }

    int panBytes() {
        return panBytes;
    }

    byte[] terminals() {
        return terminals;
    }

    byte[] merchants() {
        return merchants;
    }
}
