package io.daybreak.loadtest.rig;

import io.daybreak.loadtest.workload.Random64;
import io.daybreak.loadtest.workload.TransferPlan;
import io.netty.channel.ManualIoEventLoop;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A loop that pays over ISO 8583: its connections, the time in their messages, its books. */
final class IsoLoop extends PacedLoop {
    private static final int APPROVED = '0' << 16 | '0' << 8;
    private static final int PARTIAL = '1' << 16 | '0' << 8;
    private static final int APPROVED_93 = '0' << 16 | '0' << 8 | '0';
    private static final int REVERSED_93 = '4' << 16 | '0' << 8 | '0';
    private static final int PARTIAL_93 = '0' << 16 | '0' << 8 | '2';
    private static final int CODES = 1 << 15;
    private static final int CHAR_BITS = 5;
    private static final int CHAR_MASK = (1 << CHAR_BITS) - 1;

    private final IsoSettings settings;
    private final IsoConnection[] connections;
    private final WalletBook book;
    private final boolean is93;
    private final long epochOffsetNs;
    private long secondOfTime = -1;
    private long time;
    private int localTime;
    private long unknown;
    private long followUps;

    IsoLoop(final IsoSettings settings, final int connectionCount, final int firstNumber, final String runTag, final long seed,
            final CountDownLatch signedOn) {
        super(new Pace(settings.isOpenLoop(), settings.arrivals(), settings.burst(), 1, settings.duration(), settings.warmup(), settings.turn(),
            settings.drain()), settings.ratePerSecond() * connectionCount / settings.connections(), seed, signedOn);
        this.settings = settings;
        this.is93 = settings.link().is1993();
        final IsoTables tables = new IsoTables(settings);
        final int wallets = IsoTables.wallets(settings).length;
        this.book = new WalletBook(wallets);
        final TransferPlan plan = new TransferPlan(wallets, settings.merchants(), settings.amountFrom(), settings.amountTo(),
            settings.zipf(), 0, seed + 1);
        final Random64 random = new Random64(seed + 2);
        this.connections = new IsoConnection[connectionCount];
        for (int i = 0; i < connectionCount; i++) {
            connections[i] = new IsoConnection(this, settings, tables, plan, random, book, runTag, firstNumber + i);
        }
        this.epochOffsetNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime();
        beforeSending(System.nanoTime());
    }

    /** Place of a response code in the counts: five bits a character. @param code three bytes, the last 0 if there are two */
    static int codeIndex(final int code) {
        return (code >> 16 & CHAR_MASK) << 2 * CHAR_BITS | (code >> 8 & CHAR_MASK) << CHAR_BITS | code & CHAR_MASK;
    }

    /** The code in that place; digits only, as all that are known. */
    static String codeText(final int index) {
        final StringBuilder text = new StringBuilder();
        for (int shift = 2 * CHAR_BITS; shift >= 0; shift -= CHAR_BITS) {
            final int bits = index >> shift & CHAR_MASK;
            if (bits != 0) {
                text.append((char) (bits | 0x20));
            }
        }
        return text.length() == 0 ? "none" : text.toString();
    }

    static int codes() {
        return CODES;
    }

    WalletBook book() {
        return book;
    }

    long unknown() {
        return unknown;
    }

    long followUps() {
        return followUps;
    }

    @Override
    PacedLink[] links() {
        return connections;
    }

    @Override
    void open(final ManualIoEventLoop loop) {
        for (final IsoConnection connection : connections) {
            connection.connect(loop);
        }
    }

    @Override
    void beforeSending(final long nowNs) {
        final long second = TimeUnit.NANOSECONDS.toSeconds(nowNs + epochOffsetNs);
        if (second != secondOfTime) {
            secondOfTime = second;
            final ZonedDateTime now = Instant.ofEpochSecond(second).atZone(ZoneOffset.UTC);
            localTime = now.getHour() * 10_000 + now.getMinute() * 100 + now.getSecond();
            final long day = now.getMonthValue() * 100L + now.getDayOfMonth();
            time = ((is93 ? now.getYear() % 100 * 10_000L : 0) + day) * 1_000_000L + localTime;
        }
    }

    @Override
    void collectUnknown() {
        for (final IsoConnection connection : connections) {
            unknown += connection.collectUnknown();
        }
    }

    // ----- called by the connections -----

    int nextKind(final Random64 random) {
        return settings.mix().next(random);
    }

    boolean isApproval(final int code) {
        return is93 ? code == APPROVED_93 || code == REVERSED_93 || code == PARTIAL_93 : code == APPROVED || code == PARTIAL;
    }

    boolean isPartial(final int code) {
        return code == (is93 ? PARTIAL_93 : PARTIAL);
    }

    /** DE 7, MMDDhhmmss, or DE 12 of 1993, YYMMDDhhmmss. */
    long time() {
        return time;
    }

    /** hhmmss. */
    int localTime() {
        return localTime;
    }

    /** A payment's second message went out; it was due at that time. */
    void onFollowUp(final long intendedNs) {
        followUps++;
        onOffered(intendedNs);
    }
}
