package io.daybreak.gateway.link;

import io.daybreak.gateway.link.RequestDecoder.Progress;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.protocol.LinkError;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountActionDecoder;
import io.daybreak.protocol.codec.LookupAccountsDecoder;
import io.daybreak.protocol.codec.QueryStatusDecoder;
import io.daybreak.protocol.codec.RaiseRulesDecoder;
import io.daybreak.protocol.codec.SubmitAccountActionsDecoder;
import io.daybreak.protocol.codec.SubmitAccountsDecoder;
import io.daybreak.protocol.codec.TickDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import static io.daybreak.gateway.link.Wire.join;
import static io.daybreak.gateway.link.Wire.transfer;
import static io.daybreak.gateway.link.Wire.transfers;
import static io.daybreak.gateway.link.Wire.words;
import static org.assertj.core.api.Assertions.assertThat;

class RequestDecoderTest {
    private static final int MAX_CHAIN = 4;
    private static final int MAX_CLAIM = 8;
    private static final int LINKED = TransferFlags.LINKED;

    private final DecoderRig rig = new DecoderRig(MAX_CHAIN, MAX_CLAIM).signedOn();

    /** Some of everything that a peer may send, and what the link answers itself. */
    private static byte[] mixedStream() {
        return join(
            transfers(1, transfer(1, 0)),
            transfers(2, transfer(2, 0)),
            transfers(3, transfer(3, 0), transfer(4, 0), transfer(5, 0)),
            transfers(4, transfer(6, LINKED), transfer(7, LINKED), transfer(8, 0), transfer(9, 0)),
            Wire.frame(QueryStatusDecoder.BLOCK_LENGTH, QueryStatusDecoder.TEMPLATE_ID, words(5)),
            transfers(6, transfer(10, LINKED)),
            transfers(7, transfer(11, 0), transfer(12, LINKED), transfer(13, LINKED), transfer(14, LINKED), transfer(15, LINKED), transfer(16, 0),
                transfer(17, 0)),
            Wire.batch(LookupAccountsDecoder.TEMPLATE_ID, 8, 8, words(1), words(2)),
            Wire.batch(SubmitAccountsDecoder.TEMPLATE_ID, 9, 40, words(1, 2, 3, 4, 5), words(6, 7, 8, 9, 10)),
            Wire.batch(SubmitAccountActionsDecoder.TEMPLATE_ID, 10, 16, words(1, 2)),
            Wire.frame(RaiseRulesDecoder.BLOCK_LENGTH, RaiseRulesDecoder.TEMPLATE_ID, words(11, 1)),
            Wire.frame(8, 5, words(12)),
            transfers(13, transfer(18, 0)));
    }

    private static List<String> decodedAtOnce() {
        final DecoderRig rig = new DecoderRig(MAX_CHAIN, MAX_CLAIM).signedOn();
        Progress progress = rig.receive(mixedStream());
        while (progress == Progress.NEEDS_ANSWERS) {
            rig.unanswered = 0;
            progress = rig.again();
        }
        assertThat(progress).isEqualTo(Progress.NEEDS_BYTES);
        return rig.events;
    }

    @Test
    void shouldDecodeEveryKindOfRequest() {
        final List<String> events = decodedAtOnce();

        assertThat(events.stream().map(event -> event.replaceAll(" p7.*", "")).toList()).containsExactly(
            "command t100 c1 0/1", "command t100 c2 0/1",
            "command t100 c3 0/3", "command t100 c3 1/3", "command t100 c3 2/3",
            "command t100 c4 0/4", "command t100 c4 1/4", "command t100 c4 2/4", "command t100 c4 3/4",
            "command t53 c5 0/1",
            "answer c6 0/1 r" + Result.CHAIN_IS_OPEN,
            "command t100 c7 0/7",
            "answer c7 1/7 r" + Result.CHAIN_IS_TOO_LONG, "answer c7 2/7 r" + Result.CHAIN_IS_TOO_LONG, "answer c7 3/7 r" + Result.CHAIN_IS_TOO_LONG,
            "answer c7 4/7 r" + Result.CHAIN_IS_TOO_LONG, "answer c7 5/7 r" + Result.CHAIN_IS_TOO_LONG,
            "command t100 c7 6/7",
            "command t48 c8 0/1",
            "command t101 c9 0/2", "command t101 c9 1/2",
            "command t102 c10 0/1",
            "command t37 c11 0/1",
            "session t5 8",
            "command t100 c13 0/1");
        assertThat(events.get(5)).contains("chain3");
        assertThat(events.get(6)).contains("chain0");
        assertThat(events.get(0)).contains("p7 l" + DecoderRig.LINK).doesNotContain("lent");
        assertThat(events.get(9)).contains("lent");
    }

    @Test
    void shouldDecodeTheSameHoweverTheStreamIsSplit() {
        final byte[] stream = mixedStream();
        final List<String> expected = decodedAtOnce();
        for (int split = 0; split <= stream.length; split++) {
            final DecoderRig split2 = new DecoderRig(MAX_CHAIN, MAX_CLAIM).signedOn();
            feed(split2, stream, 0, split);
            feed(split2, stream, split, stream.length);
            assertThat(split2.events).as("split at %d", split).isEqualTo(expected);
        }
    }

    @Test
    void shouldDecodeByteByByte() {
        final byte[] stream = mixedStream();
        final DecoderRig bytes = new DecoderRig(MAX_CHAIN, MAX_CLAIM).signedOn();
        for (int i = 0; i < stream.length; i++) {
            feed(bytes, stream, i, i + 1);
        }
        assertThat(bytes.events).isEqualTo(decodedAtOnce());
    }

    private static void feed(final DecoderRig rig, final byte[] stream, final int from, final int to) {
        Progress progress = rig.receive(stream, from, to - from);
        while (progress == Progress.NEEDS_ANSWERS) {
            rig.unanswered = 0;
            progress = rig.again();
        }
        assertThat(progress).isEqualTo(Progress.NEEDS_BYTES);
    }

    @Test
    void shouldGiveTheSameWhenRefusedAtRandom() {
        final byte[] stream = mixedStream();
        final List<String> expected = decodedAtOnce();
        for (int seed = 0; seed < 500; seed++) {
            final Random random = new Random(seed);
            final DecoderRig refused = new DecoderRig(MAX_CHAIN, MAX_CLAIM).signedOn();
            refused.isRingFull = () -> random.nextInt(3) == 0;
            int at = 0;
            Progress progress = Progress.NEEDS_BYTES;
            while (at < stream.length || progress != Progress.NEEDS_BYTES) {
                refused.credit = random.nextInt(MAX_CHAIN + 2);
                refused.answerBuffers = random.nextInt(2);
                if (progress == Progress.NEEDS_BYTES) {
                    final int length = Math.min(stream.length - at, 1 + random.nextInt(300));
                    progress = refused.receive(stream, at, length);
                    at += length;
                } else {
                    refused.unanswered = random.nextInt(2);
                    progress = refused.again();
                }
            }
            assertThat(refused.events).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    void shouldClaimPipelinedSinglesTogether() {
        final byte[][] frames = new byte[20][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = transfers(i, transfer(i + 1, 0));
        }
        rig.receive(join(frames));

        assertThat(rig.publishedRuns).containsExactly(8, 8, 4);
        assertThat(rig.events).hasSize(20);
    }

    @Test
    void shouldPublishTheEntriesOfALargeBatchAsTheyArrive() {
        final int count = 8_190;
        final byte[][] entries = new byte[count][];
        for (int i = 0; i < count; i++) {
            entries[i] = transfer(i + 1, 0);
        }
        final byte[] frame = transfers(77, entries);
        int at = 0;
        while (at < frame.length) {
            final int length = Math.min(8_000, frame.length - at);
            assertThat(rig.receive(frame, at, length)).isEqualTo(Progress.NEEDS_BYTES);
            at += length;
            assertThat(rig.leftBytes()).isLessThan(96);
            assertThat(rig.events.size()).isGreaterThanOrEqualTo(at / 96 - 2);
        }
        assertThat(rig.events).hasSize(count);
        assertThat(rig.events.get(count - 1)).startsWith("command t100 c77 8189/8190");
    }

    @Test
    void shouldHoldBackAChainUntilItIsWhole() {
        final byte[] frame = transfers(1, transfer(1, 0), transfer(2, LINKED), transfer(3, LINKED), transfer(4, 0));
        rig.receive(frame, 0, frame.length - 1);
        assertThat(rig.events).hasSize(1);

        rig.receive(frame, frame.length - 1, 1);
        assertThat(rig.events).hasSize(4);
        assertThat(rig.publishedRuns).containsExactly(1, 3);
    }

    @Test
    void shouldNotBreakAChainForLackOfCredit() {
        rig.credit = 2;
        assertThat(rig.receive(transfers(1, transfer(1, LINKED), transfer(2, LINKED), transfer(3, 0)))).isEqualTo(Progress.NEEDS_ROOM);
        assertThat(rig.events).isEmpty();

        rig.credit = 3;
        assertThat(rig.again()).isEqualTo(Progress.NEEDS_BYTES);
        assertThat(rig.events).hasSize(3);
    }

    @Test
    void shouldRefuseAChainThatIsTooLongAndOpen() {
        final byte[] entry = transfer(1, LINKED);
        rig.receive(transfers(1, entry, entry, entry, entry, entry));
        assertThat(rig.events).hasSize(5).allMatch(event -> event.endsWith("r" + Result.CHAIN_IS_TOO_LONG));
        assertThat(rig.receive(transfers(2, transfer(2, 0)))).isEqualTo(Progress.NEEDS_BYTES);
        assertThat(rig.events.get(5)).startsWith("command t100 c2");
    }

    @Test
    void shouldTakeAChainOfTheGreatestLength() {
        rig.receive(transfers(1, transfer(1, LINKED), transfer(2, LINKED), transfer(3, LINKED), transfer(4, 0)));
        assertThat(rig.events).hasSize(4);
        assertThat(rig.events.get(0)).contains("chain4");
    }

    @Test
    void shouldAnswerItselfOnlyAfterTheEntriesBefore() {
        assertThat(rig.receive(transfers(1, transfer(1, 0), transfer(2, LINKED)))).isEqualTo(Progress.NEEDS_ANSWERS);
        assertThat(rig.events).hasSize(1);
        rig.unanswered = 0;
        rig.again();
        assertThat(rig.events.get(1)).isEqualTo("answer c1 1/2 r" + Result.CHAIN_IS_OPEN);
    }

    @Test
    void shouldUseTheReserveOnlyForWhatFinishesEarlierWork() {
        rig.isRingFull = () -> true;
        rig.reserveFree = 2;
        final byte[] post = transfer(1, TransferFlags.POST);
        final byte[] release = transfer(2, TransferFlags.VOID);
        final byte[] plain = transfer(3, 0);
        assertThat(rig.receive(join(transfers(1, post), transfers(2, release), transfers(3, plain)))).isEqualTo(Progress.NEEDS_ROOM);
        assertThat(rig.events).hasSize(2);
        assertThat(rig.priorities).containsExactly(CommandPublisher.FINISHING);
    }

    @Test
    void shouldUseTheReserveForTheFinishingHeadOfABatchAndForActions() {
        rig.isRingFull = () -> true;
        rig.reserveFree = 2;
        assertThat(rig.receive(transfers(1, transfer(1, TransferFlags.POST | LINKED), transfer(2, TransferFlags.VOID), transfer(3, TransferFlags.POST | LINKED),
            transfer(4, 0)))).isEqualTo(Progress.NEEDS_ROOM);
        assertThat(rig.events).hasSize(2);

        final DecoderRig actions = new DecoderRig(MAX_CHAIN, MAX_CLAIM).signedOn();
        actions.isRingFull = () -> true;
        actions.reserveFree = 1;
        assertThat(actions.receive(Wire.batch(SubmitAccountActionsDecoder.TEMPLATE_ID, 10, 16, words(1, 2)))).isEqualTo(Progress.NEEDS_BYTES);
        assertThat(actions.events.get(0)).startsWith("command t" + AccountActionDecoder.TEMPLATE_ID);
    }

    @Test
    void shouldRefuseAdministrationAndLeaveTransfersAndQueriesUnreadWhileShuttingDown() {
        rig.receive(transfers(1, transfer(1, 0)));
        rig.admission.shutDown();
        rig.receive(Wire.frame(RaiseRulesDecoder.BLOCK_LENGTH, RaiseRulesDecoder.TEMPLATE_ID, words(6, 1)));
        assertThat(rig.events.get(1)).isEqualTo("answer c6 0/1 r" + Result.SHUTTING_DOWN);
        // A transfer may be one sent again and applied long ago, and a query has no place for the code.
        assertThat(rig.receive(transfers(2, transfer(2, TransferFlags.POST)))).isEqualTo(Progress.NEEDS_ROOM);
        assertThat(rig.events).hasSize(2);
        final DecoderRig asking = new DecoderRig(MAX_CHAIN, MAX_CLAIM).signedOn();
        asking.admission.shutDown();
        assertThat(asking.receive(Wire.frame(8, QueryStatusDecoder.TEMPLATE_ID, words(5)))).isEqualTo(Progress.NEEDS_ROOM);
        assertThat(asking.events).isEmpty();
    }

    static Stream<Arguments> violations() {
        final byte[] none = {};
        return Stream.of(
            Arguments.of("length zero", words(0), LinkError.FRAME_LENGTH),
            Arguments.of("length negative", ByteBuffer.allocate(4).putInt(-1).array(), LinkError.FRAME_LENGTH),
            Arguments.of("length above the limit", Wire.frame(786_261, 8, 16, 7300, 1, none), LinkError.FRAME_LENGTH),
            Arguments.of("length below a header", Wire.frame(7, 8, 16, 7300, 1, none), LinkError.MALFORMED_FRAME),
            Arguments.of("other schema", Wire.frame(16, 8, 53, 7301, 1, words(1)), LinkError.UNSUPPORTED_VERSION),
            Arguments.of("other version", Wire.frame(16, 8, 53, 7300, 2, words(1)), LinkError.UNSUPPORTED_VERSION),
            Arguments.of("template 0", Wire.frame(8, 0, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("template 65535", Wire.frame(8, 65_535, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("an answer", Wire.frame(16, 64, words(1, 2, 3)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("a ring body", Wire.frame(96, 100, transfer(1, 0)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("a payment", Wire.frame(288, 104, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("a reconciliation", Wire.frame(104, 105, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("a file update", Wire.frame(56, 106, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("an issuer's answer", Wire.frame(72, 107, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("an issuer link's status", Wire.frame(8, 108, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("a failed send", Wire.frame(16, 109, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("an answer about payments", Wire.frame(32, 146, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("an effect", Wire.frame(8, 163, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("a tick", Wire.frame(TickDecoder.BLOCK_LENGTH, TickDecoder.TEMPLATE_ID, words(1)), LinkError.UNKNOWN_TEMPLATE),
            Arguments.of("block length", Wire.frame(16, QueryStatusDecoder.TEMPLATE_ID, words(1, 2)), LinkError.MALFORMED_FRAME),
            Arguments.of("frame shorter than block", Wire.frame(12, 8, QueryStatusDecoder.TEMPLATE_ID, 7300, 1, words(1)), LinkError.MALFORMED_FRAME),
            Arguments.of("frame longer than block", Wire.frame(8, QueryStatusDecoder.TEMPLATE_ID, words(1, 2)), LinkError.MALFORMED_FRAME),
            Arguments.of("batch without group", Wire.frame(8, 16, words(1)), LinkError.MALFORMED_FRAME),
            Arguments.of("empty batch", transfers(1), LinkError.BATCH_SIZE),
            Arguments.of("8191 entries", Wire.frame(8 + 12 + 96, 8, 16, 7300, 1, group(96, 8_191)), LinkError.BATCH_SIZE),
            Arguments.of("65535 entries", Wire.frame(8 + 12 + 96, 8, 16, 7300, 1, group(96, 65_535)), LinkError.BATCH_SIZE),
            Arguments.of("entry length 0", Wire.frame(8 + 12 + 96, 8, 16, 7300, 1, group(0, 1)), LinkError.MALFORMED_FRAME),
            Arguments.of("entry length 95", Wire.frame(8 + 12 + 95, 8, 16, 7300, 1, group(95, 1)), LinkError.MALFORMED_FRAME),
            Arguments.of("fewer bytes than entries", Wire.frame(8 + 12 + 96, 8, 16, 7300, 1, group(96, 2)), LinkError.MALFORMED_FRAME),
            Arguments.of("more bytes than entries", Wire.frame(8 + 12 + 192, 8, 16, 7300, 1, group(96, 1)), LinkError.MALFORMED_FRAME),
            Arguments.of("empty look-up", Wire.batch(48, 1, 8), LinkError.BATCH_SIZE),
            Arguments.of("look-up of 129", Wire.frame(8 + 12 + 8 * 129, 8, 48, 7300, 1, group(8, 129)), LinkError.BATCH_SIZE),
            Arguments.of("look-up length", Wire.frame(8 + 12 + 9, 8, 48, 7300, 1, group(8, 1)), LinkError.MALFORMED_FRAME));
    }

    private static byte[] group(final int entryLength, final int count) {
        return ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(1).putShort((short) entryLength).putShort((short) count).array();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void shouldNameTheBrokenRule(final String name, final byte[] bytes, final LinkError error) {
        // Behind a good request, which must still be published.
        final Progress progress = rig.receive(join(transfers(1, transfer(1, 0)), bytes));
        assertThat(progress).isEqualTo(Progress.STOPPED);
        assertThat(rig.violation).isEqualTo(error);
        assertThat(rig.events).hasSize(2);
    }

    @Test
    void shouldTakeOnlyTheSignOnBeforeTheSessionStands() {
        final List<Arguments> cases = new ArrayList<>();
        cases.add(Arguments.of(transfers(1, transfer(1, 0)), LinkError.OUT_OF_ORDER));
        cases.add(Arguments.of(Wire.frame(8, QueryStatusDecoder.TEMPLATE_ID, words(1)), LinkError.OUT_OF_ORDER));
        cases.add(Arguments.of(Wire.frame(257, 8, 16, 7300, 1, new byte[0]), LinkError.FRAME_LENGTH));
        for (final Arguments one : cases) {
            final DecoderRig stranger = new DecoderRig(MAX_CHAIN, MAX_CLAIM);
            stranger.receive((byte[]) one.get()[0]);
            assertThat(stranger.violation).isEqualTo(one.get()[1]);
            assertThat(stranger.publishedRuns).isEmpty();
        }
    }
}
