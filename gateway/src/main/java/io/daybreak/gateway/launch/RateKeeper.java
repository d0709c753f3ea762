package io.daybreak.gateway.launch;

import io.daybreak.gateway.link.ParticipantRates;
import io.daybreak.gateway.link.ReferencePages;
import io.daybreak.gateway.link.SystemPort;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Tells the links the rates that the participants' records say, again each second. A thread of its own, since answers are waited for. */
final class RateKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RateKeeper.class);
    private static final long LOOK_EVERY_MS = 1_000;

    private final ParticipantRates rates;
    private final SystemPort port;
    private final PutParticipantDecoder participant = new PutParticipantDecoder();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("rates", true));

    RateKeeper(final ParticipantRates rates, final SystemPort port) {
        this.rates = rates;
        this.port = port;
    }

    /** The rates are in force when this returns. */
    void start() {
        read();
        thread.scheduleWithFixedDelay(this::look, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            read();
        } catch (final RuntimeException ex) {
            LOG.warn("rates of participants stay as they are: {}", ex.toString());
        }
    }

    private void read() {
        ReferencePages.each(port, PutParticipantDecoder.TEMPLATE_ID, PutParticipantDecoder.BLOCK_LENGTH, (records, at) -> {
            participant.wrap(records, at, PutParticipantDecoder.BLOCK_LENGTH, PutParticipantDecoder.SCHEMA_VERSION);
            rates.put((int) participant.participantId(), participant.requestsPerSecond(), participant.burstMs());
        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
