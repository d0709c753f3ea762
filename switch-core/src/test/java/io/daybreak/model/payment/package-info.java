/**
 * An independent model of payments: what docs/iso8583.md says, in plain collections, written without a look at the
 * implementation; traffic for both; and the comparison after every command.
 */
package io.daybreak.model.payment;
