/**
 * Peers that are not the real ones: to measure what the rig itself costs, and to test it. Nothing here decides about money.
 */
package io.daybreak.loadtest.simulator;
