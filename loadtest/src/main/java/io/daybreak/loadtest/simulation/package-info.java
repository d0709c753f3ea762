/**
 * The deterministic simulation of a whole switch in one thread: the real state machine, pipeline, journal and recovery among simulated acquirers,
 * issuer, network, clocks and disk, and an auditor who knows what everybody was told. docs/simulation.md.
 */
package io.daybreak.loadtest.simulation;
