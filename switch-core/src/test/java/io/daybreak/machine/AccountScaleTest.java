package io.daybreak.machine;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.model.Command;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.LookupAccountsEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;

/** Millions of accounts, in slabs beside the heap: all are found, none is found that was not made. */
class AccountScaleTest {
    private static final int PAGE = 128;
    private static final int LOOK_UPS = 200_000;
    private static final int PER_ENTRY = 8_190;

    private final MutableDirectBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(24 * 1024));

    @Test
    void shouldFindTwoMillionAccounts() {
        createAndFind(2_000_000);
    }

    @Tag("nightly")
    @Test
    void shouldFindFiftyMillionAccounts() {
        createAndFind(50_000_000);
    }

    private void createAndFind(final int count) {
        final StateMachine machine = new StateMachine(new CollectedSlabs());
        final Outcome outcome = new Outcome();
        long nowNs = Town.START_NS;
        machine.beginEntry(nowNs);
        apply(machine, Participants.SYSTEM, ConfigureCommand.roomy().accountCapacity(count), outcome);
        apply(machine, Participants.SYSTEM, ParticipantCommand.operator(1, "OPERATOR"), outcome);
        final AccountEncoder encoder = new AccountEncoder();
        long slowestNs = 0;
        for (int i = 0; i < count; i++) {
            if (i % PER_ENTRY == 0) {
                machine.beginEntry(++nowNs);
            }
            encode(encoder, i);
            final long begin = System.nanoTime();
            machine.apply(AccountDecoder.TEMPLATE_ID, 1, buffer, 0, AccountEncoder.BLOCK_LENGTH, outcome);
            slowestNs = Math.max(slowestNs, System.nanoTime() - begin);
            if (outcome.result != Result.OK || outcome.flags != 0) {
                throw new AssertionError("account " + i + ": " + Result.name(outcome.result));
            }
        }
        System.err.println("AccountScaleTest: " + count + " accounts, slowest creation " + slowestNs / 1_000 + " us");
        encode(encoder, count);
        machine.apply(AccountDecoder.TEMPLATE_ID, 1, buffer, 0, AccountEncoder.BLOCK_LENGTH, outcome);
        assertThat(outcome.result).isEqualTo(Result.ACCOUNT_CAPACITY_REACHED);
        final SplittableRandom random = new SplittableRandom(count);
        for (int i = 0; i < LOOK_UPS; i += PAGE) {
            lookUp(machine, random, count);
        }
        machine.checkConservation();
    }

    private static void apply(final StateMachine machine, final int participant, final Command command,
                              final Outcome outcome) {
        final MutableDirectBuffer body = new UnsafeBuffer(new byte[128]);
        final int length = command.encode(body, 0);
        machine.apply(command.templateId(), participant, body, 0, length, outcome);
        assertThat(outcome.result).isZero();
    }

    /** Small numbers, consecutive ones in the upper half, and scattered ones. */
    private static long idOf(final long place) {
        return place % 3 == 0 ? place + 1 : place % 3 == 1 ? Long.MIN_VALUE + place : (place + 1) * 0x9E3779B97F4A7C15L;
    }

    private void encode(final AccountEncoder encoder, final long place) {
        encoder.wrap(buffer, 0).id(idOf(place));
        encoder.userData128().hi(0).lo(place);
        encoder.userData64(place ^ 0x5555).ledger(1 + place % 100).code(1 + (int) (place % 65_535)).flags(0);
    }

    private void lookUp(final StateMachine machine, final SplittableRandom random, final int count) {
        final long[] places = new long[PAGE];
        final LookupAccountsEncoder query = new LookupAccountsEncoder().wrap(buffer, 0).correlationId(1);
        final LookupAccountsEncoder.AccountsEncoder group = query.accountsCount(PAGE);
        for (int i = 0; i < PAGE; i++) {
            // One in eight was never made.
            places[i] = i % 8 == 0 ? count + random.nextLong(count) : random.nextLong(count);
            group.next().id(idOf(places[i]));
        }
        machine.query(LookupAccountsEncoder.TEMPLATE_ID, 1, buffer, 0, query.encodedLength(), buffer, 0);
        final AccountsAnswerDecoder answer = new AccountsAnswerDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
        int i = 0;
        for (final AccountsAnswerDecoder.AccountsDecoder account : answer.accounts()) {
            final long place = places[i++];
            if (place >= count) {
                assertThat(account.lookup()).isEqualTo(Result.ACCOUNT_NOT_FOUND);
            } else {
                assertThat(account.id()).isEqualTo(idOf(place));
                assertThat(account.lookup()).isZero();
                assertThat(account.userData128().lo()).isEqualTo(place);
                assertThat(account.userData64()).isEqualTo(place ^ 0x5555);
                assertThat(account.ledger()).isEqualTo(1 + place % 100);
                assertThat(account.code()).isEqualTo(1 + (int) (place % 65_535));
            }
        }
        assertThat(i).isEqualTo(PAGE);
    }
}
