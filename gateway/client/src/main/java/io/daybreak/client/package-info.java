/**
 * The Java client of the native protocol (docs/native-protocol.md), in two levels.
 * <p>
 * {@link io.daybreak.client.NativeConnection} is one connection, signed on, without allocation in steady state: for load
 * generators and gateways, which keep their own books. It runs on its event loop's thread and on no other.
 * <p>
 * {@link io.daybreak.client.DaybreakClient} is for acquirers: blocking and asynchronous calls, reconnecting, resending
 * with the same ids, so that a payment is made exactly once across a crash of the switch. It is thread safe and owns one
 * event loop thread.
 */
package io.daybreak.client;
