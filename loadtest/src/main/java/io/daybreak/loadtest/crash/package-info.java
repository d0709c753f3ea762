/**
 * The payer of crash tests and its auditor: one writes down every transfer before it is sent and every acknowledgement,
 * the other holds the log against what the switch says afterwards.
 */
package io.daybreak.loadtest.crash;
