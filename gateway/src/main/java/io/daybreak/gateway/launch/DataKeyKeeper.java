package io.daybreak.gateway.launch;

import io.daybreak.gateway.card.DataKey;
import io.daybreak.gateway.card.DataKeys;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.protocol.KeyPurpose;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerDecoder;
import io.daybreak.protocol.codec.PutTokenKeyEncoder;
import io.daybreak.protocol.codec.QueryPaymentStatusEncoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Makes a key for card data each day, tells the journal of it, and destroys keys that nothing needs any more. Rule:
 * docs/iso8583.md, "Card data": at the latest a day after the age at which store-and-forward gives up; earlier if nothing of a
 * key's day, and nothing that waits, is left. A thread of its own, since files and the pipeline are waited for.
 */
final class DataKeyKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataKeyKeeper.class);
    private static final long LOOK_EVERY_MS = 30_000;
    /** Days that two nodes may have made keys of without hearing of each other. */
    private static final int MOST_UNKNOWN = 64;
    private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);

    private final DataKeys keys;
    private final SystemPort port;
    private final LongSupplier timeNs;
    private final LongSupplier maximumAgeMs;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("data-keys", true));

    /**
     * @param timeNs       the pipeline's time
     * @param maximumAgeMs at which store-and-forward gives up, of the issuer with the longest
     */
    DataKeyKeeper(final DataKeys keys, final SystemPort port, final LongSupplier timeNs, final LongSupplier maximumAgeMs) {
        this.keys = keys;
        this.port = port;
        this.timeNs = timeNs;
        this.maximumAgeMs = maximumAgeMs;
    }

    /**
     * Tells the journal which keys there are, and begins to look after them.
     *
     * @throws StartException if the journal knows another key of the same day
     */
    void start() throws StartException {
        tellAll();
        thread.scheduleWithFixedDelay(this::look, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * As {@link #start}, on a node that was promoted: what the journal knows under one of our days may be a key that never came here. Then
     * that payments' card data is gone, and others go under a key of a later day.
     */
    void startPromoted() throws StartException {
        try {
            keys.rotate(day(TimeUnit.NANOSECONDS.toMillis(timeNs.getAsLong())));
            for (int i = 0; i < MOST_UNKNOWN; i++) {
                final Optional<DataKey> unknown = keys.all().stream().filter(key -> tell(key) != Result.OK).findFirst();
                if (unknown.isEmpty()) {
                    break;
                }
                LOG.error("ALARM: {} never came here from the primary: what it encrypted cannot be reversed at issuers by this node", unknown.get());
                keys.replaceUnknown(unknown.get());
            }
        } catch (final IOException ex) {
            throw new StartException(ExitCode.UNEXPECTED, "cannot write the key file: " + ex, ex);
        }
        start();
    }

    private void tellAll() throws StartException {
        for (final DataKey key : keys.all()) {
            final int result = tell(key);
            if (result != Result.OK) {
                throw new StartException(ExitCode.USAGE, key + " of the key file is not the one that the journal knows (" + Result.name(result) + ")");
            }
        }
    }

    private int tell(final DataKey key) {
        final MutableDirectBuffer body = new ExpandableArrayBuffer(PutTokenKeyEncoder.BLOCK_LENGTH);
        new PutTokenKeyEncoder().wrap(body, 0).correlationId(0).keyId(key.id()).purpose(KeyPurpose.CARD_DATA)
            .checkValue(key.checkValue() & 0xFFFF_FFFFL);
        return port.submit(PutTokenKeyEncoder.TEMPLATE_ID, Participants.SYSTEM, body, PutTokenKeyEncoder.BLOCK_LENGTH);
    }

    private void look() {
        try {
            lookNow();
        } catch (final IOException ex) {
            LOG.warn("the key file cannot be written, keys of card data stay as they are: {}", ex.toString());
        } catch (final RuntimeException ex) {
            LOG.warn("keys of card data were not looked after: {}", ex.toString());
        }
    }

    /** A new day's key, and the end of old ones. */
    void lookNow() throws IOException {
        final long nowMs = TimeUnit.NANOSECONDS.toMillis(timeNs.getAsLong());
        if (keys.rotate(day(nowMs))) {
            LOG.info("card data goes under a new key, of {}", LocalDate.ofEpochDay(keys.current().id()));
            final int result = tell(keys.current());
            if (result != Result.OK) {
                LOG.warn("the journal did not take the new key's check value: {}", Result.name(result));
            }
        }
        if (keys.all().size() > 1) {
            final int dead = keys.destroyBefore(firstNeeded(nowMs));
            if (dead > 0) {
                LOG.info("{} key(s) of card data destroyed", dead);
            }
        }
    }

    /** The first day whose key may still be needed. */
    private LocalDate firstNeeded(final long nowMs) {
        final LocalDate byAge = day(nowMs - maximumAgeMs.getAsLong() - DAY_MS);
        final DirectBuffer body = new ExpandableArrayBuffer(QueryPaymentStatusEncoder.BLOCK_LENGTH);
        final DirectBuffer answer = port.query(QueryPaymentStatusEncoder.TEMPLATE_ID, Participants.FIRST_OPERATOR, body, QueryPaymentStatusEncoder.BLOCK_LENGTH);
        final PaymentStatusAnswerDecoder status = new PaymentStatusAnswerDecoder().wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        if (status.result() != Result.OK || status.issuerRequests() != 0 || status.storeAndForward() != 0) {
            return byAge;
        }
        final long oldestNs = status.payments() == 0 ? timeNs.getAsLong() : status.oldestPaymentNs();
        final LocalDate byUse = day(TimeUnit.NANOSECONDS.toMillis(oldestNs));
        return byUse.isAfter(byAge) ? byUse : byAge;
    }

    /** The day of a time, UTC. */
    static LocalDate day(final long epochMs) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(epochMs), ZoneOffset.UTC);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
