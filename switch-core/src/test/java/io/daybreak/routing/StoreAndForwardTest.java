package io.daybreak.routing;

import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.QueryStoreAndForwardEncoder;
import io.daybreak.protocol.codec.StoreAndForwardAnswerDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** What an issuer must get, however long it takes: order, window, repeats, ends, age, the operator's hand. */
class StoreAndForwardTest {
    private static final int HOLD = 1;
    private static final int GO_ON = 2;
    private static final int GIVE_UP = 3;

    private IssuingRig rig;

    @BeforeEach
    void begin() {
        IssuingRig.recycle();
        rig = IssuingRig.ready();
    }

    /** A completion at {@code place} of a payment without a request, so one entry of its card. */
    private void advise(final int place, final long card) {
        assertThat(rig.complete(place, Issuing.NO_PLACE, card, 100 + place)).isEqualTo(Result.OK);
    }

    @ParameterizedTest
    @CsvSource({
        "00, ends",
        "21, ends",
        "25, ends",
        "94, ends",
        "91, repeats",
        "96, repeats",
        "68, repeats",
        "05, item",
        "12, item",
        "51, item",
        "30, item",
        "88, item",
        "N1, item",
    })
    void shouldEndRepeatOrMakeAnItem(final String code, final String what) {
        advise(1, 40);
        final Sent first = rig.last();
        assertThat(first.mti()).isEqualTo(220);
        assertThat(rig.reply(first, code)).isEqualTo(Result.OK);
        if ("repeats".equals(what)) {
            assertThat(rig.told).isEmpty();
            rig.after(1_000);
            assertThat(rig.last().mti()).isEqualTo(221);
            assertThat(rig.last().withoutTry()).isEqualTo(first.withoutTry());
        } else {
            assertThat(rig.told).containsExactly("ended 220 of 1 " + code + " how "
                + ("ends".equals(what) ? IssuerOutcomes.ENDED : IssuerOutcomes.REFUSED));
            assertThat(rig.issuing.storeAndForwardEntries()).isZero();
        }
        rig.check();
    }

    @Test
    void shouldRepeatAfterSilenceWithLongerAndLongerPauses() {
        advise(1, 40);
        final Sent first = rig.last();
        final List<Long> pauses = new ArrayList<>();
        long sentNs = rig.nowNs;
        for (int i = 0; i < 7; i++) {
            while (rig.sent.size() == i + 1) {
                rig.at(rig.issuing.nextDeadlineNs());
            }
            pauses.add((rig.nowNs - sentNs) / 1_000_000);
            sentNs = rig.nowNs;
            assertThat(rig.last().mti()).isEqualTo(221);
            assertThat(rig.last().withoutTry()).isEqualTo(first.withoutTry());
        }
        assertThat(pauses).as("ten seconds for the answer, then the pause").containsExactly(11_000L, 12_000L, 14_000L, 18_000L,
            26_000L, 26_000L, 26_000L);
        assertThat(rig.reply(first, "00")).as("the answer to the first try, late").isEqualTo(Result.OK);
        assertThat(rig.told).containsExactly("ended 220 of 1 00 how 1");
    }

    @Test
    void shouldTakeAnAnswerWhileItPauses() {
        advise(1, 40);
        final Sent first = rig.last();
        rig.after(10_000);
        assertThat(rig.reply(first, "91")).as("no news").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(first, "00")).isEqualTo(Result.OK);
        rig.after(60_000);
        assertThat(rig.sent).hasSize(1);
    }

    @Test
    void shouldTakeNoAnswerThatDoesNotAgree() {
        advise(1, 40);
        final Sent first = rig.last();
        assertThat(rig.reply(first, "00", reply -> reply.mti(210))).isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(first, "00", reply -> reply.amountMinor(1))).isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(first, "00", reply -> reply.rrn("222222222222"))).isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        rig.down(IssuingRig.LINK);
        advise(2, 41);
        assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(2);
        final Sent unsent = new Sent(7, IssuingRig.LINK, 220, first.stan() + 1, first.transmission(), 0, 102, -1, 0, 0, 0, 0,
            first.rrn(), "", 0, 0, 0, "", "", 0, 0);
        assertThat(rig.reply(unsent, "00", reply -> reply.rrn(""))).as("never sent").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
    }

    @Test
    void shouldKeepTheOrderOfACardWhileOthersOvertake() {
        advise(1, 40);
        advise(2, 40);
        advise(3, 41);
        advise(4, 40);
        assertThat(places()).containsExactly(1, 3);
        rig.reply(rig.sent.get(0), "91");
        rig.after(1_000);
        assertThat(places()).as("the first again, the second not before it is over").containsExactly(1, 3, 1);
        rig.reply(rig.last(), "00");
        assertThat(places()).containsExactly(1, 3, 1, 2);
        rig.reply(rig.last(), "05");
        assertThat(places()).containsExactly(1, 3, 1, 2, 4);
    }

    private List<Integer> places() {
        return rig.sent.stream().map(sent -> (int) sent.amount() - 100).collect(Collectors.toList());
    }

    @Test
    void shouldSendNoMoreThanTheWindowWithoutAnAnswer() {
        rig.putIssuer(issuer -> issuer.window(3));
        for (int place = 1; place <= 10; place++) {
            advise(place, 40 + place);
        }
        assertThat(rig.sent).hasSize(3);
        rig.reply(rig.sent.get(1), "00");
        assertThat(rig.sent).hasSize(4);
        rig.reply(rig.sent.get(0), "91");
        assertThat(rig.sent).as("one that is to be asked later brings on no other").hasSize(4);
        rig.after(1_000);
        assertThat(rig.sent).as("its pause frees its place").hasSize(5);
        rig.reply(rig.last(), "00");
        assertThat(rig.sent).hasSize(6);
        rig.reply(rig.last(), "00");
        assertThat(rig.sent).hasSize(7);
        rig.putIssuer(issuer -> issuer.window(5));
        assertThat(rig.sent).hasSize(9);
    }

    /** SAF-05: an issuer that can do nothing just now is not asked for the whole queue at the speed of its refusals. */
    @ParameterizedTest
    @CsvSource({"91", "96", "68", "no link"})
    void shouldNotStormAnIssuerThatRefusesAtOnce(final String code) {
        final int entries = 900;
        rig.putIssuer(issuer -> issuer.window(512));
        rig.down(IssuingRig.LINK);
        for (int place = 1; place <= entries; place++) {
            advise(place, 1_000 + place);
        }
        rig.up(IssuingRig.LINK);
        int read = 0;
        for (int second = 0; second < 10; second++) {
            final int before = rig.sent.size();
            while (read < rig.sent.size()) {
                final Sent sent = rig.sent.get(read++);
                if (code.equals("no link")) {
                    rig.sendFailed(sent);
                } else {
                    rig.reply(sent, code);
                }
            }
            advise(entries + 1 + second, 10_000 + second);
            rig.after(1_000);
            assertThat(rig.sent.size() - before).as("in second %s", second).isBetween(1, StoreAndForward.MANY + 10);
        }
        assertThat(read).as("it goes on asking").isGreaterThan(5 * StoreAndForward.MANY);
        while (rig.issuing.storeAndForwardEntries() > 0) {
            while (read < rig.sent.size()) {
                rig.reply(rig.sent.get(read++), "00");
            }
            rig.after(100);
            assertThat(rig.nowNs).as("and drains when the issuer can again").isLessThan(IssuingRig.START_NS + 120_000_000_000L);
        }
        rig.check();
    }

    @Test
    void shouldSendNothingBeforeALinkIsUp() {
        rig.down(IssuingRig.LINK);
        for (int place = 1; place <= 5; place++) {
            advise(place, 40 + place);
        }
        rig.after(100_000);
        assertThat(rig.sent).isEmpty();
        rig.up(IssuingRig.LINK);
        assertThat(places()).containsExactly(1, 2, 3, 4, 5);
        assertThat(rig.sent).allMatch(sent -> sent.mti() == 220);
    }

    @Test
    void shouldMakeAnItemOfWhatIsTooOld() {
        rig.putIssuer(issuer -> issuer.maximumAgeMs(60_000));
        rig.down(IssuingRig.LINK);
        advise(1, 40);
        advise(2, 40);
        rig.after(59_999);
        assertThat(rig.told).isEmpty();
        rig.after(1);
        assertThat(rig.told).containsExactly("ended 220 of 1 - how 3", "ended 220 of 2 - how 3");
        rig.up(IssuingRig.LINK);
        advise(3, 40);
        rig.after(10_000).after(1_000).after(10_000).after(2_000).after(10_000).after(4_000).after(10_000);
        assertThat(rig.issuing.storeAndForwardEntries()).as("sent again and again").isEqualTo(1);
        rig.after(20_000);
        assertThat(rig.drainTold()).endsWith("ended 220 of 3 - how 3");
        rig.check();
    }

    @Test
    void shouldFollowALongerMaximumAge() {
        rig.putIssuer(issuer -> issuer.maximumAgeMs(60_000));
        rig.down(IssuingRig.LINK);
        advise(1, 40);
        rig.putIssuer(issuer -> issuer.maximumAgeMs(120_000));
        rig.after(60_000);
        assertThat(rig.told).isEmpty();
        rig.after(60_000);
        assertThat(rig.told).containsExactly("ended 220 of 1 - how 3");
    }

    @Test
    void shouldMakeAnItemOfWhatWasTriedTooOften() {
        rig.putIssuer(issuer -> issuer.maximumTries(3));
        advise(1, 40);
        rig.reply(rig.last(), "91");
        rig.after(1_000);
        rig.reply(rig.last(), "96");
        rig.after(2_000);
        rig.after(10_000);
        assertThat(rig.sent).hasSize(3);
        assertThat(rig.told).containsExactly("ended 220 of 1 96 how 4");
    }

    @Test
    void shouldHoldAQueueAndLetItGoOn() {
        assertThat(rig.action(HOLD, 0)).isEqualTo(Result.OK);
        advise(1, 40);
        advise(2, 41);
        assertThat(rig.sent).isEmpty();
        rig.down(IssuingRig.LINK).up(IssuingRig.LINK);
        assertThat(rig.sent).isEmpty();
        assertThat(rig.action(GO_ON, 0)).isEqualTo(Result.OK);
        assertThat(places()).containsExactly(1, 2);
    }

    /** SAF-10: what the operator holds is held after a crash as well, and the place of each entry in its card's order is kept. */
    @Test
    void shouldHoldAQueueAcrossACrash() {
        advise(1, 40);
        assertThat(rig.action(HOLD, 0)).isEqualTo(Result.OK);
        advise(2, 40);
        advise(3, 41);
        assertThat(rig.sent).hasSize(1);
        final IssuingRig again = rig.restarted().up(IssuingRig.LINK);
        again.after(10_000).after(1_000);
        assertThat(again.sent).isEmpty();
        assertThat(again.action(GO_ON, 0)).isEqualTo(Result.OK);
        assertThat(again.sent).extracting(Sent::amount).containsExactlyInAnyOrder(101L, 103L);
        final Sent first = again.sent.stream().filter(sent -> sent.amount() == 101).findFirst().orElseThrow();
        assertThat(first.mti()).as("the first had left before").isEqualTo(221);
        assertThat(first.identity()).isEqualTo(rig.sent.get(0).identity());
        again.reply(first, "00");
        assertThat(again.last().amount()).isEqualTo(102);
        again.check();
    }

    @Test
    void shouldGiveUpAnEntryAndLetTheNextOfItsCardGo() {
        advise(1, 40);
        advise(2, 40);
        assertThat(rig.action(GIVE_UP, 99)).isEqualTo(Result.RECORD_NOT_FOUND);
        assertThat(rig.action(GIVE_UP, 0)).isEqualTo(Result.RECORD_INVALID);
        assertThat(rig.action(HOLD, 1)).isEqualTo(Result.RECORD_INVALID);
        assertThat(rig.action(4, 0)).isEqualTo(Result.RECORD_INVALID);
        assertThat(rig.action(GIVE_UP, 1)).isEqualTo(Result.OK);
        assertThat(rig.told).containsExactly("ended 220 of 1 - how 5");
        assertThat(places()).containsExactly(1, 2);
        assertThat(rig.reply(rig.sent.get(0), "00")).isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
    }

    @Test
    void shouldNotCountATryThatDidNotLeave() {
        advise(1, 40);
        assertThat(rig.sendFailed(rig.last())).isEqualTo(Result.OK);
        assertThat(rig.sent).hasSize(1);
        rig.after(1_000);
        assertThat(rig.last().mti()).as("the issuer has seen nothing: no repeat").isEqualTo(220);
        rig.after(10_000).after(1_000);
        assertThat(rig.last().mti()).isEqualTo(221);
        rig.sendFailed(rig.last());
        rig.after(1_000);
        assertThat(rig.last().mti()).as("the second try may have left").isEqualTo(221);
    }

    @Test
    void shouldNameInDe90WhatWeSent() {
        rig.request(1, 40, 500);
        final Sent request = rig.last();
        rig.reply(request, "00");
        assertThat(rig.complete(2, 1, 0, 300)).isEqualTo(Result.OK);
        final Sent completion = rig.last();
        assertThat(completion.originalMti()).isEqualTo(200);
        assertThat(completion.originalStan()).isEqualTo(request.stan());
        assertThat(completion.originalTransmission()).isEqualTo(request.transmission());
        assertThat(completion.approvalCode()).isEqualTo("AB12CD");
        assertThat(completion.responseCode()).isEqualTo(IssuingRig.CODE_00);
        rig.reverse(2, 300, -1);
        assertThat(rig.sent).as("behind the completion of the same card").hasSize(2);
        rig.reply(completion, "00");
        assertThat(rig.last().mti()).isEqualTo(420);
        assertThat(rig.last().originalMti()).isEqualTo(220);
        assertThat(rig.last().originalStan()).isEqualTo(completion.stan());
        assertThat(rig.complete(3, 9, 40, 10)).isEqualTo(Result.ORIGINAL_NOT_FOUND);
    }

    @Test
    void shouldTakeTheCardFromTheOriginalWhereTheCompletionDoesNotNameIt() {
        rig.request(1, 40, 500);
        rig.reply(rig.last(), "00");
        final UnsafeBuffer payment = IssuingRig.payment(0, 100, encoder -> encoder.mti(220).putCardCipher(new byte[48], 0, 48));
        final int result = rig.step(r -> r.issuing.advise(2, 1, 0, 220, payment, 0, 1, 1, 0, 100, 0, 0, 0, 0, r.nowNs, r.sequence));
        assertThat(result).isEqualTo(Result.OK);
        assertThat(rig.last().cipher()).isEqualTo(41);
        final int without = rig.step(r -> r.issuing.advise(3, Issuing.NO_PLACE, IssuingRig.ROUTE, 220, payment, 0, 1, 1, 0, 100, 0, 0, 0,
            0, r.nowNs, r.sequence));
        assertThat(without).isEqualTo(Result.ROUTE_NEEDS_CARD_DATA);
    }

    @Test
    void shouldNeverGiveOneIdentityTwice() {
        for (int place = 1; place <= 50; place++) {
            advise(place, 40 + place % 7);
            if (place % 3 == 0) {
                rig.request(100 + place, 40, 10);
            }
        }
        for (int i = 0; i < 400; i++) {
            rig.after(700);
        }
        final Set<Long> identities = rig.sent.stream().map(Sent::identity).collect(Collectors.toSet());
        final Set<Sent> messages = rig.sent.stream().map(Sent::withoutTry).collect(Collectors.toSet());
        assertThat(messages).as("one message an identity").hasSameSizeAs(identities);
        assertThat(rig.sent.size()).isGreaterThan(identities.size());
    }

    @Test
    void shouldShowEntriesOldestFirst() {
        rig.down(IssuingRig.LINK);
        for (int place = 1; place <= 5; place++) {
            advise(place, 40);
        }
        rig.action(HOLD, 0);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16_384]);
        StoreAndForwardAnswerDecoder answer = query(buffer, 0, 2, true);
        assertThat(answer.result()).isEqualTo(Result.OK);
        assertThat(answer.count()).isEqualTo(5);
        assertThat(answer.held()).isEqualTo(1);
        final long cursor = answer.nextCursor();
        StoreAndForwardAnswerDecoder.EntriesDecoder entries = answer.entries();
        assertThat(entries.count()).isEqualTo(2);
        assertThat(entries.next().amountMinor()).isEqualTo(101);
        assertThat(entries.mti()).isEqualTo(220);
        assertThat(entries.state()).isEqualTo(1);
        assertThat(entries.next().amountMinor()).isEqualTo(102);
        answer = query(buffer, cursor, 128, true);
        entries = answer.entries();
        assertThat(entries.count()).isEqualTo(3);
        assertThat(entries.next().amountMinor()).isEqualTo(103);
        assertThat(answer.nextCursor()).isZero();
        rig.action(GIVE_UP, cursor);
        assertThat(query(buffer, cursor, 2, true).result()).isEqualTo(Result.RECORD_NOT_FOUND);
        assertThat(query(buffer, 0, 2, false).result()).isEqualTo(Result.NOT_GRANTED);
        assertThat(query(buffer, 0, 129, true).result()).isEqualTo(Result.MALFORMED_COMMAND);
        assertThat(rig.issuing.oldestEntryNs()).isEqualTo(rig.nowNs);
    }

    private StoreAndForwardAnswerDecoder query(final UnsafeBuffer buffer, final long cursor, final int pageSize, final boolean allowed) {
        new QueryStoreAndForwardEncoder().wrap(buffer, 0).correlationId(1).cursor(cursor).issuerId(IssuingRig.ISSUER).pageSize(pageSize)
            .reserved(0);
        final int length = rig.issuing.query(allowed, buffer, 0, 9, buffer, 0);
        final StoreAndForwardAnswerDecoder answer = new StoreAndForwardAnswerDecoder().wrap(buffer, MessageHeaderEncoder.ENCODED_LENGTH,
            StoreAndForwardAnswerDecoder.BLOCK_LENGTH, StoreAndForwardAnswerDecoder.SCHEMA_VERSION);
        assertThat(length).isGreaterThanOrEqualTo(MessageHeaderEncoder.ENCODED_LENGTH + StoreAndForwardAnswerDecoder.BLOCK_LENGTH);
        assertThat(answer.asOfSequence()).isEqualTo(9);
        return answer;
    }
}
