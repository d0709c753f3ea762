package io.daybreak.routing;

import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.ReconciliationAnswerEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/** Issuers, links and routes as the operator puts them and gets them back; totals to issuers. */
class IssuerRecordsTest {
    private IssuingRig rig;

    @BeforeEach
    void begin() {
        IssuingRig.recycle();
        rig = new IssuingRig();
    }

    @Test
    void shouldRefuseIssuersThatMakeNoSense() {
        final List<Consumer<PutIssuerEncoder>> wrong = List.of(
            issuer -> issuer.issuerId(0), issuer -> issuer.issuerId(1_024), issuer -> issuer.status(0), issuer -> issuer.status(4),
            issuer -> issuer.maximumAgeMs(0), issuer -> issuer.maximumAgeMs(301L * 86_400_000), issuer -> issuer.retryMs(0),
            issuer -> issuer.retryMs(86_400_001), issuer -> issuer.answerTimeoutMs(0), issuer -> issuer.window(0),
            issuer -> issuer.window(1_025), issuer -> issuer.maximumTries(0), issuer -> issuer.maximumTries(10_001),
            issuer -> issuer.flags(4), issuer -> issuer.currency(0), issuer -> issuer.currency(1_000), issuer -> issuer.code(""),
            issuer -> issuer.code("A B"), issuer -> issuer.settlementAccountId(900_001));
        for (int i = 0; i < wrong.size(); i++) {
            assertThat(rig.putIssuer(wrong.get(i))).as("row %d", i).isEqualTo(Result.RECORD_INVALID);
        }
        assertThat(rig.putIssuer(issuer -> issuer.reserved(1))).isEqualTo(Result.RESERVED_MUST_BE_ZERO);
        assertThat(rig.putIssuer(issuer -> issuer.settlementAccountId(5_000_000))).isEqualTo(Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT);
        assertThat(rig.putIssuer(issuer -> issuer.exceptionAccountId(5_000_000))).isEqualTo(Result.RECORD_NAMES_AN_UNKNOWN_ACCOUNT);
        assertThat(rig.administer(PutIssuerEncoder.TEMPLATE_ID, new byte[7])).isEqualTo(Result.MALFORMED_COMMAND);
        assertThat(rig.issuing.lastIssuerId()).isZero();
    }

    @Test
    void shouldRefuseLinksThatMakeNoSense() {
        rig.putIssuer(issuer -> { });
        rig.putIssuer(issuer -> issuer.issuerId(8).code("OTHER"));
        final List<Consumer<PutIssuerLinkEncoder>> wrong = List.of(
            link -> link.linkId(0), link -> link.linkId(4_096), link -> link.status(0), link -> link.window(0),
            link -> link.window(1_000_001), link -> link.code(""));
        for (int i = 0; i < wrong.size(); i++) {
            assertThat(rig.putLink(71, wrong.get(i))).as("row %d", i).isEqualTo(Result.RECORD_INVALID);
        }
        assertThat(rig.putLink(71, link -> link.reserved(1))).isEqualTo(Result.RESERVED_MUST_BE_ZERO);
        assertThat(rig.putLink(71, link -> link.issuerId(9))).isEqualTo(Result.RECORD_NAMES_AN_UNKNOWN_RECORD);
        assertThat(rig.putLink(71, link -> { })).isEqualTo(Result.OK);
        assertThat(rig.putLink(71, link -> link.issuerId(8))).as("it has an issuer").isEqualTo(Result.RECORD_INVALID);
        assertThat(rig.putLink(71, link -> link.status(RecordStatus.REMOVED))).isEqualTo(Result.OK);
        assertThat(rig.putLink(71, link -> link.issuerId(8))).isEqualTo(Result.OK);
        for (int linkId = 100; linkId < 116; linkId++) {
            assertThat(rig.putLink(linkId, link -> { })).isEqualTo(Result.OK);
        }
        assertThat(rig.putLink(116, link -> { })).as("the seventeenth").isEqualTo(Result.RECORD_INVALID);
        rig.check();
    }

    @Test
    void shouldRefuseRoutesThatMakeNoSense() {
        rig.putIssuer(issuer -> { });
        final List<Consumer<PutRouteEncoder>> wrong = List.of(
            route -> route.routeId(0), route -> route.routeId(4_096), route -> route.status(0), route -> route.prefixLength((short) 0),
            route -> route.prefixLength((short) 9), route -> route.prefix(1_000_000), route -> route.deadlineMs(0),
            route -> route.deadlineMs(600_001), route -> route.amountFromMinor(-1), route -> route.amountFromMinor(5).amountToMinor(4),
            route -> route.standInFloorMinor(-1), route -> route.standInDayMinor(-1), route -> route.currency(1_000),
            route -> route.channels(1 << 7), route -> route.standInChannels(1 << 7), route -> route.pinMode((short) 3),
            route -> route.standInExcludedMccs("541"), route -> route.standInExcludedMccs("54x1"), route -> route.standInExcludedMccs("0000"));
        for (int i = 0; i < wrong.size(); i++) {
            assertThat(rig.putRoute(5, wrong.get(i))).as("row %d", i).isEqualTo(Result.RECORD_INVALID);
        }
        assertThat(rig.putRoute(5, route -> route.reserved(1))).isEqualTo(Result.RESERVED_MUST_BE_ZERO);
        assertThat(rig.putRoute(5, route -> route.issuerId(9))).isEqualTo(Result.RECORD_NAMES_AN_UNKNOWN_RECORD);
    }

    @Test
    void shouldGiveBackWhatWasPut() {
        rig.putIssuer(issuer -> issuer.flags(3));
        rig.putLink(71, link -> link.weight(3));
        rig.putRoute(5, route -> route.standInExcludedMccs("54116011").channels(6).currency(156).pinMode((short) 1).standInDayCount(9));
        final IssuingRig copy = new IssuingRig();
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
        for (final int templateId : new int[] {PutIssuerDecoder.TEMPLATE_ID, PutIssuerLinkDecoder.TEMPLATE_ID, PutRouteDecoder.TEMPLATE_ID}) {
            int records = 0;
            for (int slot = 0; slot < rig.issuing.slotEnd(templateId); slot++) {
                final int length = rig.issuing.encode(templateId, slot, buffer, 0);
                if (length > 0) {
                    records++;
                    final byte[] body = new byte[length - 8];
                    buffer.getBytes(8, body);
                    assertThat(copy.administer(templateId, body)).isEqualTo(Result.OK);
                    assertThat(copy.issuing.administer(templateId, new UnsafeBuffer(body), 0, body.length, 1, 1)).as("once more")
                        .isEqualTo(Issuing.UNCHANGED);
                }
            }
            assertThat(records).isEqualTo(1);
            assertThat(rig.issuing.encode(templateId, rig.issuing.slotEnd(templateId), buffer, 0)).isZero();
        }
        assertThat(copy.issuing.digest()).isEqualTo(rig.issuing.digest());
        assertThat(rig.issuing.slotEnd(90)).isZero();
        assertThat(rig.issuing.encode(90, 0, buffer, 0)).isZero();
    }

    @Test
    void shouldNotGiveBackWhatIsRemoved() {
        rig.putIssuer(issuer -> { });
        assertThat(rig.putRoute(5, route -> route.status(RecordStatus.REMOVED))).as("never was there").isEqualTo(Issuing.UNCHANGED);
        rig.putRoute(5, route -> { });
        assertThat(rig.putRoute(5, route -> route.status(RecordStatus.REMOVED))).isEqualTo(Result.OK);
        assertThat(rig.issuing.encode(PutRouteDecoder.TEMPLATE_ID, 5, new UnsafeBuffer(new byte[512]), 0)).isZero();
        assertThat(rig.issuing.route(IssuingRig.BIN, 1, 1, 156)).isEqualTo(Issuing.NO_ROUTE);
    }

    @Test
    void shouldSendTotalsUntilTheyAreAnswered() {
        rig.putIssuer(issuer -> issuer.flags(2));
        rig.putLink(71, link -> { });
        assertThat(rig.issuing.wantsTotals(IssuingRig.ISSUER)).isTrue();
        final UnsafeBuffer totals = new UnsafeBuffer(new byte[ReconciliationAnswerEncoder.BLOCK_LENGTH]);
        rig.step(r -> {
            r.issuing.reconcile(IssuingRig.ISSUER, 20_260_101, totals, 0, totals.capacity(), r.nowNs, r.sequence);
            return Result.OK;
        });
        assertThat(rig.totals).as("no link is up").isEmpty();
        rig.up(71).after(1_000);
        assertThat(rig.totals).containsExactly("7/71/1/101000000");
        rig.after(11_000);
        assertThat(rig.totals).containsExactly("7/71/1/101000000", "7/71/1/101000000");
        final Sent message = new Sent(7, 71, 500, 1, 101_000_000, 0, -1, 0, 0, 0, 0, 0, "", "", 0, 0, 0, "", "", 0, 0);
        assertThat(rig.reply(message, "95")).isEqualTo(Result.OK);
        assertThat(rig.told).containsExactly("reconciled 7 20260101 95");
        assertThat(rig.reply(message, "95")).isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.issuing.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        rig.check();
        assertThat(rig.replayed().issuing.digest()).isEqualTo(rig.issuing.digest());
    }
}
