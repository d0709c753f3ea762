package io.daybreak.payment;

import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.daybreak.payment.PaymentMessage.authorise;
import static io.daybreak.payment.PaymentMessage.completion;
import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentMessage.refund;
import static io.daybreak.payment.PaymentMessage.reversal;
import static io.daybreak.payment.PaymentRig.DAY_MS;
import static io.daybreak.payment.PaymentRig.HOUR_MS;
import static io.daybreak.payment.PaymentRig.OPENING_BALANCE;
import static org.assertj.core.api.Assertions.assertThat;

/** docs/iso8583.md, chapters 8 and 9: identity, duplicates, originals, windows. */
final class PaymentMatchingTest {
    private final PaymentRig rig = PaymentRig.town();

    @AfterEach
    void shouldReplayToTheSameDigest() {
        rig.replay();
        PaymentRig.closeAll();
    }

    private String say(final PaymentMessage message) {
        return Result.name(rig.send(message).result());
    }

    // ---- Identity and duplicates ----

    @Test
    void shouldTakeAnotherTimeTerminalClassOrReferenceForAnotherPayment() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        rig.advance(2_000);
        assertThat(say(first.transmission(rig.transmission()))).isEqualTo("OK");
        assertThat(say(first.terminal("T0000002"))).isEqualTo("OK");
        assertThat(say(first.rrn("OTHER"))).isEqualTo("OK");
        assertThat(say(first.as(100, 2, 0))).isEqualTo("OK");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 400);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 500);
    }

    @Test
    void shouldRefuseTheSameIdentityWithOtherContents() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        for (final PaymentMessage other : new PaymentMessage[] {first.card(2), first.processingCode(10), first.amount(101),
            first.currency(PaymentRig.USD), first.amount(101).mti(201)}) {
            final long sequence = rig.machine.lastSequence();
            assertThat(say(other)).isEqualTo("DUPLICATE_WITH_DIFFERENT_CONTENTS");
            assertThat(rig.machine.lastSequence()).isEqualTo(sequence);
        }
        assertThat(rig.send(first).isRepeated()).isTrue();
    }

    @Test
    void shouldFindARepeatWithoutItsTimeByReferenceTokenAndAmount() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        final PaymentRig.Reply reply = rig.send(first);
        rig.advance(HOUR_MS);
        final PaymentMessage late = first.repeat().transmission(rig.transmission());
        assertThat(rig.send(late).repeatable()).isEqualTo(reply.repeatable());
        assertThat(rig.send(late.amount(101)).isRepeated()).as("another amount").isFalse();
        assertThat(rig.send(late.card(2).stan(first.stan)).isRepeated()).as("another card").isFalse();
    }

    @Test
    void shouldDecideARepeatOfWhatWasNeverReceived() {
        final PaymentMessage lost = rig.stamp(purchase(1, 100));
        final PaymentRig.Reply reply = rig.send(lost.repeat());
        assertThat(Result.name(reply.result())).isEqualTo("OK");
        assertThat(reply.mti()).isEqualTo(210);
        assertThat(reply.isRepeated()).isFalse();
        assertThat(rig.send(lost).isRepeated()).isTrue();
    }

    /** 93-06: DE 12 of 1993 has a year, and one with a wrong one is as old, or as far ahead, as it says. */
    @Test
    void shouldGoByTheYearWhereAMessageTellsIt() {
        final PaymentMessage paid = rig.stamp(purchase(1, 100).year(2026));
        assertThat(say(paid)).isEqualTo("OK");
        assertThat(rig.send(paid).isRepeated()).isTrue();
        assertThat(say(paid.year(2025))).as("another time, so no duplicate").isEqualTo("REQUEST_BEFORE_THE_WINDOW");
        assertThat(say(paid.year(2027))).isEqualTo("TRANSMISSION_TIME_IN_THE_FUTURE");
        assertThat(rig.send(paid.year(2025).repeat()).isRepeated()).as("DUP-05: a repeat is found without its time").isTrue();
        assertThat(say(rig.stamp(purchase(1, 100).transmission(229_120_000).year(2027)))).as("no such day").isEqualTo("MALFORMED_COMMAND");
        final PaymentMessage advice = rig.stamp(purchase(1, 50).as(220, io.daybreak.protocol.PaymentOperation.PURCHASE, 0).advice().year(2025));
        assertThat(say(advice)).as("DUP-16").isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.send(advice.repeat()).isRepeated()).as("one item, not two").isTrue();
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 100);
    }

    /** 93-04, 93-06: DE 56 names its original with the year. */
    @Test
    void shouldNotFindAnOriginalOfAnotherYear() {
        final PaymentMessage paid = rig.stamp(purchase(1, 100).year(2026));
        say(paid);
        assertThat(say(rig.stamp(reversal(paid).originalYear(2025)))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(rig.stamp(purchase(1, 40).as(200, io.daybreak.protocol.PaymentOperation.REFUND, 200000).of(paid).originalYear(2025))))
            .isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(rig.stamp(reversal(paid).originalYear(2026)))).isEqualTo("OK");
        final PaymentMessage early = rig.stamp(purchase(2, 100).year(2026));
        assertThat(say(rig.stamp(reversal(early).originalYear(2025)))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(early)).as("nothing waits for it").isEqualTo("OK");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
    }

    @Test
    void shouldTakeAFirstThatWasOvertakenByItsRepeatForItsDuplicate() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        rig.advance(5_000);
        assertThat(say(first.repeat().transmission(rig.transmission()))).isEqualTo("OK");
        assertThat(rig.send(first).isRepeated()).isTrue();
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 100);
    }

    @Test
    void shouldLetDe37DecideBetweenTwoThatDe90Names() {
        final PaymentMessage one = rig.stamp(purchase(1, 100));
        final PaymentMessage two = one.rrn("OTHER");
        say(one);
        say(two);
        assertThat(say(rig.stamp(reversal(one).rrn("NEITHER")))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(rig.stamp(reversal(two)))).isEqualTo("OK");
        assertThat(rig.record("OTHER").state()).isEqualTo(PaymentState.REVERSED);
        assertThat(say(rig.stamp(reversal(one)).mti(400))).isEqualTo("OK");
    }

    @Test
    void shouldCompareTheWholeMessageTypeOfDe90() {
        final PaymentMessage sold = rig.stamp(purchase(1, 100));
        say(sold);
        final PaymentMessage undo = rig.stamp(reversal(sold));
        undo.originalMti = 220;
        assertThat(say(undo)).isEqualTo("ORIGINAL_NOT_FOUND");
    }

    @Test
    void shouldRememberARefusalLikeAnApproval() {
        rig.transfer(PaymentRig.walletAccount(1), PaymentRig.BANK, OPENING_BALANCE, PaymentRig.CNY);
        final PaymentMessage poor = rig.stamp(purchase(1, 100));
        assertThat(say(poor)).isEqualTo("INSUFFICIENT_FUNDS");
        rig.fund(PaymentRig.walletAccount(1), 1_000);
        assertThat(say(poor)).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(rig.wallet(1)).isEqualTo(1_000);
    }

    @Test
    void shouldTellARepeatTheFirstDateAndEchoTheFirstCode() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        final PaymentRig.Reply reply = rig.send(first);
        rig.advance(13 * HOUR_MS);
        final PaymentRig.Reply again = rig.send(first.repeat());
        assertThat(again.settlementDate()).isEqualTo(20_261_123);
        assertThat(again.approvalCode()).isEqualTo(reply.approvalCode());
        assertThat(rig.pay(purchase(1, 1)).settlementDate()).isEqualTo(20_261_124);
    }

    @Test
    void shouldKeepApprovalCodesOfACardApart() {
        final java.util.Set<String> codes = new java.util.HashSet<>();
        for (int i = 0; i < 500; i++) {
            assertThat(codes.add(rig.pay(purchase(1, 1)).approvalCode())).isTrue();
        }
    }

    @Test
    void shouldRefuseARequestBeforeTheWindowAndMakeAnItemOfAnAdvice() {
        final int old = PaymentRig.transmission(rig.nowNs() - 25 * 3_600_000_000_000L);
        final PaymentMessage request = rig.stamp(purchase(1, 100).transmission(old));
        assertThat(say(request)).isEqualTo("REQUEST_BEFORE_THE_WINDOW");
        assertThat(say(rig.stamp(completion(request, 100).transmission(old)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.itemReasons()).containsExactly(ExceptionReason.ADVICE_BEFORE_WINDOW);
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
    }

    @Test
    void shouldReadATimeWithoutYearAsTheNearest() {
        rig.advance(38 * DAY_MS + 11 * HOUR_MS + 59 * 60_000);
        final PaymentMessage ahead = rig.stamp(purchase(1, 100).transmission(101_000_300));
        assertThat(say(ahead)).isEqualTo("OK");
    }

    // ---- Originals ----

    @Test
    void shouldFindAnOriginalByReferenceWhereDe90SaysNothing() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        assertThat(say(rig.stamp(reversal(first).withoutOriginal()))).isEqualTo("OK");
        final PaymentMessage second = rig.stamp(purchase(1, 100));
        say(second);
        final PaymentMessage zeroes = reversal(second);
        zeroes.originalStan = 0;
        assertThat(say(rig.stamp(zeroes))).isEqualTo("OK");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
    }

    @Test
    void shouldAgreeInTerminalCardAndAmountWhereItIsFoundByReference() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        for (final PaymentMessage other : new PaymentMessage[] {reversal(first).terminal("T0000002"), reversal(first).card(2),
            reversal(first).amount(99), reversal(first).rrn("OTHER")}) {
            assertThat(say(rig.stamp(other.withoutOriginal()))).isEqualTo("ORIGINAL_NOT_FOUND");
        }
    }

    @Test
    void shouldAgreeInAcquirerAndCardWhereDe90NamesIt() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        assertThat(say(rig.stamp(reversal(first).card(2)))).isEqualTo("ORIGINAL_NOT_FOUND");
        final PaymentMessage foreign = reversal(first);
        foreign.originalInstitution = PaymentRig.OTHER_ACQUIRER;
        assertThat(say(rig.stamp(foreign))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(Result.name(rig.send(PaymentRig.OTHER_PARTICIPANT,
            rig.stamp(reversal(first).institution(PaymentRig.OTHER_ACQUIRER))).result())).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 100);
    }

    @Test
    void shouldAgreeInTheForwardingInstitutionWhereDe90NamesIt() {
        final PaymentMessage first = rig.stamp(purchase(1, 100).forwarding(12_345_678));
        say(first);
        assertThat(say(rig.stamp(reversal(first).originalForwarding(99_999_999)))).isEqualTo("ORIGINAL_NOT_FOUND");
        final PaymentMessage byReference = reversal(first).originalForwarding(99_999_999);
        byReference.originalStan = 0;
        assertThat(say(rig.stamp(byReference))).as("also where DE 37 has to find it").isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 100);
        assertThat(say(rig.stamp(reversal(first).originalForwarding(12_345_678).remaining(40)))).isEqualTo("OK");
        assertThat(say(rig.stamp(reversal(first).forwarding(7)))).as("zero is not known").isEqualTo("OK");
        final PaymentMessage without = rig.stamp(purchase(1, 100));
        say(without);
        assertThat(say(rig.stamp(reversal(without).originalForwarding(12_345_678)))).as("there was none").isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 100);
    }

    @Test
    void shouldDeclineALateOriginalOnlyIfItsForwardingInstitutionIsTheOneNamed() {
        final PaymentMessage late = rig.stamp(purchase(1, 100).forwarding(12_345_678));
        assertThat(say(rig.stamp(reversal(late).originalForwarding(99_999_999)))).isEqualTo("ORIGINAL_NOT_FOUND");
        final PaymentMessage byReference = reversal(late).originalForwarding(99_999_999);
        byReference.originalStan = 0;
        assertThat(say(rig.stamp(byReference))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(late)).isEqualTo("OK");
        final PaymentMessage other = rig.stamp(purchase(1, 100).forwarding(12_345_678));
        assertThat(say(rig.stamp(reversal(other).originalForwarding(12_345_678)))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(other)).isEqualTo("REVERSED_BEFORE");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 100);
    }

    @Test
    void shouldTakeTwoCandidatesForNoMatch() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        say(first.stan(first.stan + 500));
        final PaymentMessage ambiguous = rig.stamp(reversal(first).withoutOriginal());
        assertThat(say(ambiguous)).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(rig.status().reversalsBeforeOriginal()).as("nothing is awaited").isZero();
        assertThat(say(rig.stamp(reversal(first)))).isEqualTo("OK");
    }

    /** Terminals count by themselves: the same trace number in the same second, on the same card, and DE 90 fits both. */
    @Test
    void shouldTellTwoThatDe90FitsApartByTerminal() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        final PaymentMessage other = first.terminal("T0000002").rrn("R-OTHER").amount(300);
        say(other);
        assertThat(say(rig.stamp(refund(1, 300).terminal("T0000002").of(other)))).isEqualTo("OK");
        assertThat(say(rig.stamp(reversal(first).rrn("")))).isEqualTo("OK");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
    }

    @Test
    void shouldNotTakeAReversalForAnOriginal() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        final PaymentMessage undo = rig.stamp(reversal(first));
        say(undo);
        final PaymentMessage ofReversal = rig.stamp(reversal(first).of(undo));
        assertThat(say(ofReversal)).isEqualTo("ORIGINAL_NOT_FOUND");
    }

    @Test
    void shouldFindAnAuthorisationByReferenceAndApprovalCode() {
        final PaymentMessage first = rig.stamp(authorise(1, 1_000));
        final String code = rig.send(first).approvalCode();
        final PaymentMessage byCode = completion(first, 900).withoutOriginal().rrn(first.rrn).terminal("T0000002");
        assertThat(say(rig.stamp(byCode.approvalCode(code)))).isEqualTo("OK");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 900);
    }

    @Test
    void shouldAnswerAWrongOriginalOfAnAdviceOkWhereTheLinkWantsIt() {
        final PaymentMessage never = rig.stamp(purchase(1, 100));
        assertThat(say(rig.stamp(reversal(never).advice()))).isEqualTo("ORIGINAL_NOT_FOUND");
        final PaymentMessage other = rig.stamp(purchase(1, 100));
        assertThat(say(rig.stamp(reversal(other).advice().flag(PaymentFlags.NOT_FOUND_IS_OK)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.itemReasons()).containsExactly(ExceptionReason.ADVICE_WITHOUT_ORIGINAL);
    }

    // ---- Reversal before its original ----

    @Test
    void shouldRefuseAnOriginalWhoseReversalCameFirst() {
        final PaymentMessage late = rig.stamp(purchase(1, 100));
        final PaymentMessage undo = rig.stamp(reversal(late));
        assertThat(say(undo)).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(rig.status().reversalsBeforeOriginal()).isEqualTo(1);
        assertThat(say(late)).isEqualTo("REVERSED_BEFORE");
        assertThat(say(late.repeat())).isEqualTo("REVERSED_BEFORE");
        assertThat(say(undo.repeat())).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(rig.stamp(reversal(late)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.dayTotals(0)).isEqualTo(PaymentRig.Sums.NONE);
    }

    @Test
    void shouldWaitByReferenceWhereTheReversalNamesNoTrace() {
        final PaymentMessage late = rig.stamp(purchase(1, 100));
        assertThat(say(rig.stamp(reversal(late).withoutOriginal()))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(late.amount(99))).as("another amount").isEqualTo("OK");
        assertThat(say(late.stan(late.stan + 500))).isEqualTo("REVERSED_BEFORE");
    }

    @Test
    void shouldCompareWhatADe90WithZerosSaysWhileAReversalWaits() {
        final PaymentMessage late = rig.stamp(purchase(1, 100));
        final PaymentMessage other = late.stan(late.stan + 500);
        final PaymentMessage undo = rig.stamp(reversal(late));
        undo.originalTransmission = 0;
        assertThat(say(undo)).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(say(other)).as("another DE 11").isEqualTo("OK");
        assertThat(say(late)).isEqualTo("REVERSED_BEFORE");
    }

    @Test
    void shouldFindWhatWasDeclinedForTheWindowOfReversals() {
        final PaymentMessage declined = rig.stamp(purchase(1, OPENING_BALANCE + 1));
        assertThat(say(declined)).isEqualTo("INSUFFICIENT_FUNDS");
        rig.advance(6 * PaymentRig.DAY_MS);
        say(rig.stamp(purchase(1, 1)));
        assertThat(say(rig.stamp(reversal(declined)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
    }

    // ---- Windows ----

    @Test
    void shouldReverseForSevenDaysAndRefundForAHundredAndEighty() {
        final PaymentMessage sold = rig.stamp(purchase(1, 100));
        say(sold);
        rig.advance(7 * DAY_MS - HOUR_MS);
        assertThat(say(rig.stamp(reversal(sold).remaining(50)))).isEqualTo("OK");
        rig.advance(2 * HOUR_MS);
        assertThat(say(rig.stamp(reversal(sold)))).isEqualTo("ORIGINAL_NOT_FOUND");
        rig.advance(172 * DAY_MS);
        assertThat(say(rig.stamp(refund(1, 10).of(sold)))).isEqualTo("OK");
        rig.advance(DAY_MS);
        assertThat(say(rig.stamp(refund(1, 10).of(sold)))).isEqualTo("ORIGINAL_NOT_FOUND");
    }

    @Test
    void shouldForgetInTimeAndABitAtATime() {
        for (int i = 0; i < 100; i++) {
            assertThat(say(rig.stamp(purchase(1, 0)))).isEqualTo("AMOUNT_INVALID");
        }
        assertThat(rig.status().payments()).isEqualTo(100);
        rig.advance(7 * DAY_MS + HOUR_MS);
        for (int i = 1; i <= 12; i++) {
            say(rig.stamp(purchase(1, 1)));
            assertThat(rig.status().payments()).isEqualTo(100 - 7 * i);
        }
        say(rig.stamp(purchase(1, 1)));
        assertThat(rig.status().payments()).as("the last four, and thirteen new ones").isEqualTo(13);
    }

    @Test
    void shouldAnswerAFullTableAndKeepRoomForFinishing() {
        rig.configurePayments(1_024, 24, 100);
        final PaymentMessage sold = rig.stamp(purchase(1, 100));
        say(sold);
        for (int i = 1; i < 1_000; i++) {
            assertThat(say(rig.stamp(purchase(1, 1)))).isEqualTo("OK");
        }
        final PaymentMessage one = rig.stamp(purchase(1, 1));
        assertThat(say(one)).isEqualTo("PAYMENT_CAPACITY_REACHED");
        assertThat(rig.send(sold).isRepeated()).as("what is remembered is answered").isTrue();
        for (int i = 0; i < 24; i++) {
            assertThat(say(rig.stamp(reversal(sold).remaining(99 - i)))).isEqualTo("OK");
        }
        assertThat(say(rig.stamp(reversal(sold)))).isEqualTo("PAYMENT_CAPACITY_REACHED");
        assertThat(rig.status().payments()).isEqualTo(1_024);
    }

    @Test
    void shouldFindThePreviousTokenAndGiveTheCardItsNewOne() {
        final PaymentMessage first = rig.stamp(purchase(1, 100));
        say(first);
        final PaymentMessage rotated = purchase(1, 200).token(9_001, 9_002).previousToken(first.tokenHi, first.tokenLo);
        assertThat(say(rig.stamp(rotated))).isEqualTo("OK");
        assertThat(say(rig.stamp(purchase(1, 200).token(9_001, 9_002)))).as("known by its new token alone").isEqualTo("OK");
        assertThat(say(rig.stamp(purchase(1, 200)))).as("and no longer by the old one").isEqualTo("CARD_NOT_FOUND");
        final PaymentMessage undo = reversal(first).token(9_001, 9_002).previousToken(first.tokenHi, first.tokenLo);
        assertThat(say(rig.stamp(undo))).as("an original is found by either").isEqualTo("OK");
        assertThat(rig.send(first.token(9_001, 9_002).previousToken(first.tokenHi, first.tokenLo)).isRepeated()).isTrue();
    }

    @Test
    void shouldNotCollideWhenTraceNumbersWrap() {
        rig.configurePayments(1 << 14, 24, 100);
        final PaymentMessage first = rig.stamp(purchase(1, 1).stan(999_999));
        say(first);
        for (int day = 0; day < 3; day++) {
            rig.advance(10_000);
            assertThat(say(rig.stamp(purchase(1, 1).stan(999_999)))).isEqualTo("OK");
        }
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 4);
        assertThat(rig.record(first.rrn).state()).isEqualTo(PaymentState.POSTED);
    }
}
