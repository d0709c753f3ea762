package io.daybreak.model;

import io.daybreak.protocol.codec.ConfigureDecoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import org.agrona.MutableDirectBuffer;

/** The limits that decide about outcomes. */
public record ConfigureCommand(long accountCapacity, long idCapacity, long idGuaranteedWindowMs, long idFutureToleranceMs,
                               long holdCapacity, long transfersRetained, long historyRetained, long sweepLimit, long maxChain)
    implements Command {

    /** Limits that a test of rules does not meet by accident. */
    public static ConfigureCommand roomy() {
        return new ConfigureCommand(1 << 16, 1 << 24, 300_000, 10_000, 1 << 16, 1 << 18, 1 << 16, 1_024, 256);
    }

    public ConfigureCommand accountCapacity(final long value) {
        return new ConfigureCommand(value, idCapacity, idGuaranteedWindowMs, idFutureToleranceMs, holdCapacity,
            transfersRetained, historyRetained, sweepLimit, maxChain);
    }

    public ConfigureCommand idCapacity(final long value) {
        return new ConfigureCommand(accountCapacity, value, idGuaranteedWindowMs, idFutureToleranceMs, holdCapacity,
            transfersRetained, historyRetained, sweepLimit, maxChain);
    }

    public ConfigureCommand idGuaranteedWindowMs(final long value) {
        return new ConfigureCommand(accountCapacity, idCapacity, value, idFutureToleranceMs, holdCapacity,
            transfersRetained, historyRetained, sweepLimit, maxChain);
    }

    public ConfigureCommand idFutureToleranceMs(final long value) {
        return new ConfigureCommand(accountCapacity, idCapacity, idGuaranteedWindowMs, value, holdCapacity,
            transfersRetained, historyRetained, sweepLimit, maxChain);
    }

    public ConfigureCommand holdCapacity(final long value) {
        return new ConfigureCommand(accountCapacity, idCapacity, idGuaranteedWindowMs, idFutureToleranceMs, value,
            transfersRetained, historyRetained, sweepLimit, maxChain);
    }

    public ConfigureCommand transfersRetained(final long value) {
        return new ConfigureCommand(accountCapacity, idCapacity, idGuaranteedWindowMs, idFutureToleranceMs, holdCapacity,
            value, historyRetained, sweepLimit, maxChain);
    }

    public ConfigureCommand historyRetained(final long value) {
        return new ConfigureCommand(accountCapacity, idCapacity, idGuaranteedWindowMs, idFutureToleranceMs, holdCapacity,
            transfersRetained, value, sweepLimit, maxChain);
    }

    public ConfigureCommand sweepLimit(final long value) {
        return new ConfigureCommand(accountCapacity, idCapacity, idGuaranteedWindowMs, idFutureToleranceMs, holdCapacity,
            transfersRetained, historyRetained, value, maxChain);
    }

    public ConfigureCommand maxChain(final long value) {
        return new ConfigureCommand(accountCapacity, idCapacity, idGuaranteedWindowMs, idFutureToleranceMs, holdCapacity,
            transfersRetained, historyRetained, sweepLimit, value);
    }

    @Override
    public int templateId() {
        return ConfigureDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        new ConfigureEncoder().wrap(buffer, offset).correlationId(1).accountCapacity(accountCapacity).idCapacity(idCapacity)
            .idGuaranteedWindowMs(idGuaranteedWindowMs).idFutureToleranceMs(idFutureToleranceMs).holdCapacity(holdCapacity)
            .transfersRetained(transfersRetained).historyRetained(historyRetained).sweepLimit(sweepLimit).maxChain(maxChain);
        return ConfigureEncoder.BLOCK_LENGTH;
    }
}
