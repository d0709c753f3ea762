/**
 * An issuer that is not there: answers a switch by a script, well and badly, and keeps books of its own, so that a test can hold
 * acquirer, switch and issuer against each other. docs/simulators.md. One event loop thread owns everything of one simulator.
 */
package io.daybreak.loadtest.issuer;
