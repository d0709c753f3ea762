package io.daybreak.payment;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** A purchase allocates nothing, forgetting among it, once the tables stand. */
final class PaymentAllocationTest {
    @AfterEach
    void close() {
        PaymentRig.closeAll();
    }

    @Test
    void shouldAllocateNothingInSteadyState() {
        final PaymentRig rig = PaymentRig.town();
        rig.recordsNothing = true;
        final PaymentLoad load = new PaymentLoad(rig, 200, 1 << 16);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long thread = Thread.currentThread().getId();
        // Long enough that payments are forgotten as fast as they come, and for the compiler.
        load.purchases(300_000, 10_000_000);
        final long approvedBefore = load.approved();
        final long before = threads.getThreadAllocatedBytes(thread);
        load.purchases(200_000, 10_000_000);
        final long allocated = threads.getThreadAllocatedBytes(thread) - before;
        assertThat(load.approved() - approvedBefore).as("approved").isEqualTo(200_000);
        assertThat(allocated).as("bytes for 200,000 purchases").isLessThan(4_096);
    }
}
