/**
 * What is asked of the switch: arrivals, accounts, amounts. Everything follows from a seed. Not thread safe; one instance
 * for each event loop.
 */
package io.daybreak.loadtest.workload;
