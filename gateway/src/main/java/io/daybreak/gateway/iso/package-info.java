/**
 * ISO 8583 links: frames, sessions, MACs, the way of a message into the ring and of its answer out of it. What a link
 * speaks is data, its {@link io.daybreak.gateway.iso.LinkPlan}. Each connection belongs to one event loop's thread; what
 * participants share over loops is in {@link io.daybreak.gateway.iso.SignOns}.
 */
package io.daybreak.gateway.iso;
