/**
 * Time zones as their coming changes, and business days. Pure: no clock, no table of the machine, no thread. Owned by
 * the ledger thread (at recovery by the thread that replays).
 */
package io.daybreak.calendar;
