/**
 * How a journal gets to other nodes: frames, the leader's side, the follower's side, and the gate that answers wait at. Pure but for the gate: fed with
 * frames and ticks, it emits frames through ports, and knows neither sockets nor clocks. Each object belongs to one thread, which its owner chooses.
 */
package io.daybreak.journal.replicate;
